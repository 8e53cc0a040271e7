import { languageOf } from "../../text/language.ts";
import { sentencesIn } from "../../text/sentences.ts";
import { stem } from "../../text/stem.ts";
import { isStopWord } from "../../text/stop-words.ts";
import { wordsOf } from "../../text/words.ts";

/** The weight of a match between a word and the same word with an affix, and the share of letters that must match. */
const AFFIXED = 0.7;
const MIN_ROOT_SHARE = 0.6;

/** The stems of a text in order, and how often each occurs. */
export type Stems = { order: string[]; counts: Map<string, number> };

export const stemsOf = (text: string): Stems => {
  const words = wordsOf(text);
  const language = languageOf(words);
  const order = words.map((word) => stem(word, language));
  const counts = new Map<string, number>();
  for (const root of order) counts.set(root, (counts.get(root) ?? 0) + 1);
  return { order, counts };
};

/** A content word of a question, stemmed; those before the sentence that asks have less weight. */
export type Term = { word: string; root: string; asked: boolean };

/** The sentence that asks: the last one. The sentences before it give its context. */
export const askingSentence = (question: string): string => {
  const last = sentencesIn(question).at(-1);
  return last ? question.slice(last.start, last.end) : question;
};

/** No question of a person has more; each is looked for in every sentence. */
const MAX_TERMS = 128;

/** The last terms of a question in order: its words without stop words, or all of them where it has no others. */
export const termsOf = (question: string): Term[] => {
  const words = wordsOf(question);
  const language = languageOf(words);
  const firstAsked = words.length - wordsOf(askingSentence(question)).length;
  const all = words.map((word, at) => ({ word, root: stem(word, language), asked: at >= firstAsked }));
  const content = all.filter(({ word }) => !isStopWord(word));
  return (content.length > 0 ? content : all).slice(-MAX_TERMS);
};

const MAX_PAIRS = 50;

/** Stems that stand next to each other in a question, each pair once. */
export const neighboursIn = (terms: readonly Term[]): [first: string, second: string][] => {
  const pairs = new Map<string, [string, string]>();
  for (const [at, { root }] of terms.entries()) {
    const before = terms[at - 1]?.root;
    if (before !== undefined) pairs.set(`${before} ${root}`, [before, root]);
    if (pairs.size === MAX_PAIRS) break;
  }
  return [...pairs.values()];
};

/** How often a text has a stem; less than once where it stands there with something attached. */
export const timesIn = ({ counts }: Stems, root: string): number => {
  const times = counts.get(root);
  if (times !== undefined) return times;
  for (const other of counts.keys()) if (isAffixed(root, other)) return AFFIXED;
  return 0;
};

/** Whether one word is most of the other with something before or behind it: articles, cases, compounds. */
const isAffixed = (one: string, other: string): boolean => {
  const [short, long] = one.length < other.length ? [one, other] : [other, one];
  if (short.length < 3 || short.length < MIN_ROOT_SHARE * long.length) return false;
  return long.startsWith(short) || long.endsWith(short);
};

const PHRASE_WORDS = 3;

/** Whether one stem follows another within a few words. */
export const follows = ({ order, counts }: Stems, first: string, second: string): boolean =>
  counts.has(first) &&
  counts.has(second) &&
  order.some((root, at) => root === first && order.slice(at + 1, at + 1 + PHRASE_WORDS).includes(second));
