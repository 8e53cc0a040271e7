import { setImmediate as yieldToLoop } from "node:timers/promises";

/**
 * How rare Latin words and numbers are, by the order of the cl100k vocabulary: byte pairs were merged from the most
 * frequent on (R. Sennrich et al., ACL 2016), so a token's rank is near its place by frequency in web text.
 */
export type Ranks = {
  /** The rank of the word's rarest token, and how many tokens the word takes, longest first. */
  find(word: string): { rank: number; tokens: number };
};

const TOKENS_PER_SLICE = 2_000;
const WORD_TOKEN = /^ ?[a-z0-9]+$/i;
const LONGEST_TOKEN_CHARS = 24;

let loading: Promise<Ranks> | undefined;

/** Reads the vocabulary once, at first use, in slices that let the event loop turn. */
export const loadRanks = (): Promise<Ranks> => (loading ??= readVocabulary());

const readVocabulary = async (): Promise<Ranks> => {
  // oxlint-disable-next-line no-restricted-imports -- only the order of the vocabulary is read; nothing is counted
  const { default: vocabulary } = await import("tiktoken/encoders/cl100k_base.json", { with: { type: "json" } });
  const starts = new Map<string, number>();
  const inner = new Map<string, number>();
  // One line: "!", the first rank, then the tokens in base64.
  const [, first = "0", ...tokens] = vocabulary.bpe_ranks.split(" ");
  for (const [index, token] of tokens.entries()) {
    if (index % TOKENS_PER_SLICE === 0) await yieldToLoop();
    const text = atob(token);
    if (!WORD_TOKEN.test(text)) continue;
    const table = text.startsWith(" ") ? starts : inner;
    const word = text.trimStart().toLowerCase();
    if (!table.has(word)) table.set(word, Number(first) + index);
  }
  return { find: (word) => segment(word, starts, inner) };
};

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
