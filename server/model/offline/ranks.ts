import { readFile } from "node:fs/promises";
import { createRequire } from "node:module";
import { inTurns } from "../../turns.ts";

/**
 * How rare Latin words and numbers are, by the order of the cl100k vocabulary: byte pairs were merged from the most
 * frequent on (R. Sennrich et al., ACL 2016), so a token's rank is near its place by frequency in web text.
 */
export type Ranks = {
  /** The rank of the word's rarest token, and how many tokens the word takes, longest first. */
  find(word: string): { rank: number; tokens: number };
};

// Only the order of the vocabulary is read; nothing is counted.
const VOCABULARY = createRequire(import.meta.url).resolve("tiktoken/encoders/cl100k_base.json");
const TOKENS_PER_STEP = 200;
const WORD_TOKEN = /^ ?[a-z0-9]+$/i;
const LONGEST_TOKEN_CHARS = 24;

let loading: Promise<Ranks> | undefined;

/** Reads the vocabulary once, at first use, in slices that let the event loop turn. */
export const loadRanks = (): Promise<Ranks> => (loading ??= readVocabulary());

const readVocabulary = async (): Promise<Ranks> => {
  const starts = new Map<string, number>();
  const inner = new Map<string, number>();
  const pause = inTurns();
  for (const [rank, token] of rankedTokens(await readFile(VOCABULARY, "utf8"))) {
    if (rank % TOKENS_PER_STEP === 0) await pause();
    const text = atob(token);
    if (!WORD_TOKEN.test(text)) continue;
    const table = text.startsWith(" ") ? starts : inner;
    const word = text.trimStart().toLowerCase();
    if (!table.has(word)) table.set(word, rank);
  }
  return { find: (word) => segment(word, starts, inner) };
};

/** One line: "!", the first rank, then the tokens in base64, each a rank later. */
function* rankedTokens(file: string): Generator<[rank: number, token: string]> {
  const { bpe_ranks: line } = JSON.parse(file) as { bpe_ranks: string };
  let at = line.indexOf(" ") + 1;
  let end = line.indexOf(" ", at);
  for (let rank = Number(line.slice(at, end)); end < line.length; rank += 1) {
    at = end + 1;
    end = line.indexOf(" ", at);
    if (end === -1) end = line.length;
    yield [rank, line.slice(at, end)];
  }
}

/** The word after a space, cut greedily into the longest tokens known. */
const segment = (word: string, starts: Map<string, number>, inner: Map<string, number>) => {
  let rank = 0;
  let tokens = 0;
  for (let at = 0; at < word.length; tokens += 1) {
    const table = at === 0 ? starts : inner;
    let end = Math.min(word.length, at + LONGEST_TOKEN_CHARS);
    while (end > at + 1 && !table.has(word.slice(at, end))) end -= 1;
    rank = Math.max(rank, table.get(word.slice(at, end)) ?? 0);
    at = end;
  }
  return { rank, tokens };
};
