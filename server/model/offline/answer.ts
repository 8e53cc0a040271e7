import { setImmediate as yieldToLoop } from "node:timers/promises";
import { sentencesIn } from "../../text/sentences.ts";
import { wordsOf } from "../../text/words.ts";
import type { ModelSource } from "../model.ts";
import { answerTypeOf, holdsType } from "./answer-type.ts";
import type { Rarity } from "./rarity.ts";
import { stem } from "./stem.ts";
import { isStopWord } from "./stop-words.ts";

/** A verbatim sentence of source `n`. */
export type Extract = { n: number; text: string };
type Scored = Extract & { score: number; order: number };

/** The share of the question's rarity that some source must hold; below it the sources do not tell. */
const LEAST_COVERAGE = 0.35;
const MOST_SENTENCES = 3;
/** A further sentence is quoted if it scores at least this share of the first. */
const LEAST_SHARE = 0.6;
/** A long sentence is held back less than a passage would be: what is asked for often stands in its tail. */
/** Ends as a sentence does, or holds a number, as the row of a table; a heading does neither, and tells little. */
const TELLS = /[.!?。！？؟۔…]["'”’»)\]]*$|\p{N}/u;
const HEADING_WEIGHT = 0.5;
const K1 = 1.2;
const B = 0.2;
const USUAL_SENTENCE_WORDS = 25;
/** What a word counts that matches but for what is attached to it, and the least share that must match. */
const AFFIXED = 0.7;
const LEAST_ROOT = 0.6;

/**
 * The one to three sentences of the sources that support an answer best, the best first; none when the sources do not
 * tell. A sentence scores by its BM25 overlap with the question as a share of the best possible, by the rank of its
 * source, and by whether it holds the kind of thing asked for.
 */
export const extractAnswer = async (
  question: string,
  sources: readonly ModelSource[],
  rarity: Rarity,
): Promise<Extract[]> => {
  const asked = weighWords(question, rarity);
  const askedWords = new Set(wordsOf(question));
  const type = answerTypeOf(question);
  const mass = [...asked.values()].reduce((sum, value) => sum + value, 0);
  const scored: Scored[] = [];
  let coverage = 0;
  for (const [rank, source] of sources.entries()) {
    await yieldToLoop();
    coverage = Math.max(coverage, overlap(asked, stems(source.text), () => 1) / (mass || 1));
    for (const text of sentencesOf(source.text)) {
      const words = stems(text);
      const saturation = K1 * (1 - B + (B * words.length) / USUAL_SENTENCE_WORDS);
      const bm25 = overlap(asked, words, (count) => ((K1 + 1) * count) / (count + saturation)) / (mass || 1);
      const typed = type && holdsType(type, text, askedWords) ? 0.2 : 0;
      const score = (bm25 + 0.3 / (1 + rank) + typed) * (TELLS.test(text) ? 1 : HEADING_WEIGHT);
      scored.push({ n: source.n, text, order: scored.length, score });
    }
  }
  return coverage < LEAST_COVERAGE ? [] : pick(scored);
};

const LONGEST_CHARS = 500;

/** The sentences of a source; one too long to quote is cut at a space. */
const sentencesOf = (text: string): string[] =>
  sentencesIn(text).flatMap(({ start, end }) => {
    const pieces: string[] = [];
    let rest = text.slice(start, end);
    while (rest.length > LONGEST_CHARS) {
      const space = rest.lastIndexOf(" ", LONGEST_CHARS);
      const cut = space > LONGEST_CHARS / 2 ? space : LONGEST_CHARS;
      pieces.push(rest.slice(0, cut).trim());
      rest = rest.slice(cut).trim();
    }
    return rest ? [...pieces, rest] : pieces;
  });

const stems = (text: string): string[] => wordsOf(text).map(stem);

/** What each stem of the question tells; stop words count only where there is nothing else. */
const weighWords = (question: string, rarity: Rarity): Map<string, number> => {
  const words = wordsOf(question);
  const telling = words.filter((word) => !isStopWord(word));
  return new Map((telling.length > 0 ? telling : words).map((word) => [stem(word), rarity(word)]));
};

/** The rarity of the asked words that occur, each times what `frequency` makes of its count. */
const overlap = (asked: Map<string, number>, words: string[], frequency: (count: number) => number): number => {
  const counts = new Map<string, number>();
  for (const word of words) counts.set(word, (counts.get(word) ?? 0) + 1);
  let sum = 0;
  for (const [word, weight] of asked) {
    const times = counts.get(word);
    if (times) sum += weight * frequency(times);
    else if ([...counts.keys()].some((other) => isAffixed(word, other))) sum += AFFIXED * weight * frequency(1);
  }
  return sum;
};

/** Whether one word is most of the other with something before or behind it: articles, cases, compounds. */
const isAffixed = (one: string, other: string): boolean => {
  const [short, long] = one.length < other.length ? [one, other] : [other, one];
  if (short.length < 3 || short.length < LEAST_ROOT * long.length) return false;
  return long.startsWith(short) || long.endsWith(short);
};

/** The best sentence, then those that come near it in the order of the sources; no sentence twice. */
const pick = (scored: Scored[]): Extract[] => {
  const ranked = scored.toSorted((a, b) => b.score - a.score || a.order - b.order);
  const [best] = ranked;
  if (!best) return [];
  const chosen = new Map([[best.text, best]]);
  for (const next of ranked) {
    if (chosen.size === MOST_SENTENCES || next.score < LEAST_SHARE * best.score) break;
    if (!chosen.has(next.text)) chosen.set(next.text, next);
  }
  const others = [...chosen.values()].slice(1).toSorted((a, b) => a.order - b.order);
  return [best, ...others].map(({ n, text }) => ({ n, text }));
};
