import { sentencesIn } from "../server/text/sentences.ts";
import { isUnspaced, setApart, wordsOf } from "../server/text/words.ts";
import type { Span } from "../server/ingest/document.ts";

export type Found = { file: string; pageFrom: number; pageTo: number; spans: readonly Span[] };
export type Gold = { file?: string | undefined; pages: readonly number[]; evidence: readonly Span[] };

const holds = (hit: Found, gold: Gold, page: number): boolean =>
  hit.file === gold.file && hit.pageFrom <= page && page <= hit.pageTo;

/** The place, from 1 on, of the first hit that goes over a page of the gold; undefined without one. */
export const firstHit = (hits: readonly Found[], gold: Gold): number | undefined => {
  const at = hits.findIndex((hit) => gold.pages.some((page) => holds(hit, gold, page)));
  return at < 0 ? undefined : at + 1;
};

/** A hit gains 1 for each page of the gold that no hit before it had. K. Järvelin, J. Kekäläinen (2002). */
export const ndcg = (hits: readonly Found[], gold: Gold, depth: number): number => {
  const missing = new Set(gold.pages);
  let sum = 0;
  for (const [at, hit] of hits.slice(0, depth).entries())
    for (const page of missing)
      if (holds(hit, gold, page)) {
        missing.delete(page);
        sum += 1 / Math.log2(at + 2);
        break;
      }
  const best = gold.pages.slice(0, depth).reduce((sum, _, at) => sum + 1 / Math.log2(at + 2), 0);
  return best === 0 ? 0 : sum / best;
};

/** The share of the evidence, in characters, that the hits hold. */
export const evidenceRecall = (hits: readonly Found[], gold: Gold): number => {
  let [held, all] = [0, 0];
  const spans = hits.filter(({ file }) => file === gold.file).flatMap((hit) => hit.spans);
  for (const { page, start, end } of gold.evidence) {
    all += end - start;
    const covered = new Uint8Array(end - start);
    for (const span of spans)
      if (span.page === page) covered.fill(1, Math.max(0, span.start - start), Math.max(0, span.end - start));
    held += covered.reduce((sum, one) => sum + one, 0);
  }
  return all === 0 ? 0 : held / all;
};

/** Words between spaces; of scripts without spaces the single characters. */
const plain = (text: string) =>
  ` ${wordsOf(setApart(text))
    .filter((word) => !isUnspaced(word) || Array.from(word).length === 1)
    .join(" ")} `;

/** Whether a text holds one of the answers, word by word, however it is written. */
export const containsAnswer = (text: string, answers: readonly string[]): boolean =>
  answers.some((answer) => plain(text).includes(plain(answer)));

export type Statement = { text: string; cites: number[] };

const MARKERS = String.raw`(?:\[\d+(?:, ?\d+)*\]\s*)+`;
/** Markers behind a full stop belong to the sentence before it. */
const BEHIND_STOP = new RegExp(`([.!?。！？؟۔…]["'”’»)]*)\\s*(${MARKERS})`, "gu");
const NEXT_STATEMENT = new RegExp(`(${MARKERS})(["'”’»)]*[.!?。！？؟۔…]?)\\s*(?=[^\\p{Ll}\\s,.;])`, "gu");

/** The sentences of an answer with the sources that each cites. What stands in brackets as a whole states nothing. */
export const statementsOf = (answer: string): Statement[] => {
  const lines = answer.replace(BEHIND_STOP, " $2$1 ").replace(NEXT_STATEMENT, "$1$2\n").split("\n");
  return lines
    .filter((line) => !/^\s*[(（][^]*[)）]\s*$/.test(line))
    .flatMap((line) => sentencesIn(line).map(({ start, end }) => line.slice(start, end)))
    .map((sentence) => ({
      text: sentence
        .replaceAll(/\[[\d, ]+\]/g, "")
        .replaceAll(/\s+(?=[.!?。！？؟۔…]|$)/gu, "")
        .trim(),
      cites: [...sentence.matchAll(/\[([\d, ]+)\]/g)].flatMap(([, numbers = ""]) => numbers.split(",").map(Number)),
    }))
    .filter(({ text }) => /[\p{L}\p{N}]/u.test(text));
};

const SUPPORTS = 0.5;

/** Whether a quote holds at least half of a statement's words. */
export const supports = (quote: string, statement: string): boolean => {
  const said = new Set(wordsOf(statement));
  return said.size > 0 && said.intersection(new Set(wordsOf(quote))).size / said.size >= SUPPORTS;
};

export const mean = (values: readonly number[]): number | undefined =>
  values.length === 0 ? undefined : values.reduce((sum, value) => sum + value, 0) / values.length;

export const percentile = (values: readonly number[], share: number): number | undefined =>
  values.toSorted((a, b) => a - b)[Math.min(values.length - 1, Math.floor(values.length * share))];
