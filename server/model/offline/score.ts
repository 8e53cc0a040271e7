import { sentencesIn } from "../../text/sentences.ts";
import { wordsOf } from "../../text/words.ts";
import type { ModelSource } from "../model.ts";
import { answerTypeOf, holdsType } from "./answer-type.ts";
import { askingSentence, follows, neighboursIn, stemsOf, termsOf, timesIn, type Stems, type Term } from "./match.ts";
import type { Rarity } from "./rarity.ts";

/**
 * Weights of the features that are added to the sentence's own BM25 score. Fitted (softmax over sentences) on the articles
 * of SQuAD 2 with an even number; the others are the test set (`docs/eval.md`).
 */
const WEIGHTS = { passage: 0.72, rank: 0.2, type: 0.35, before: 0.37, phrase: 0.2 };
/** The weight of a word before the sentence that asks. */
const BEFORE_ASKING = 0.4;
/** A long sentence is held back less than a passage would be: what is asked for often stands in its tail. */
const K1 = 1.2;
const B = 0.2;
const USUAL_SENTENCE_WORDS = 25;
/** Ends like a sentence, or contains a number like the row of a table; a heading does neither, and seldom answers. */
const STATEMENT = /[.!?。！？؟۔…]["'”’»)\]]*$|\p{N}/u;
const ENDS_OR_HOLDS = /[.,;:!?。！？؟۔…]["'”’»)\]]*(?:\s|$)/u;
const HEADING_WEIGHT = 0.5;
/** A heading's own number is no answer to a question for a number. */
const HEADING_NUMBER = /^\p{N}{1,2}(?:\.\p{N}{1,2}){0,4}\.?\s+/u;
const MAX_HEADING_CHARS = 80;
const MAX_SENTENCE_CHARS = 500;

/** A verbatim sentence of a source, the `order`th of all, and how well it fits the question. */
export type Scored = {
  source: ModelSource;
  text: string;
  order: number;
  score: number;
  /** The share of the question that its source holds. */
  covered: number;
  /** The share of the question that it holds, and that the sentence before it adds. */
  held: number;
  /** Whether it holds the kind of thing that is asked for; undefined where the question does not say. */
  typed: boolean | undefined;
};

type Sentence = { source: ModelSource; rank: number; text: string; stems: Stems; passage: Stems };

/** Every sentence of the sources, the best first. Gives up the thread between two sources through `pause`. */
export const rankSentences = async (
  question: string,
  { sources, rarity, pause }: { sources: readonly ModelSource[]; rarity: Rarity; pause: () => Promise<unknown> },
): Promise<Scored[]> => {
  const sentences: Sentence[] = [];
  for (const [rank, source] of sources.entries()) {
    await pause();
    const passage = stemsOf(source.text);
    for (const text of sentencesOf(source.text)) sentences.push({ source, rank, text, stems: stemsOf(text), passage });
  }
  await pause();
  return rate(question, sentences, rarity).toSorted((a, b) => b.score - a.score || a.order - b.order);
};

const rate = (question: string, sentences: Sentence[], rarity: Rarity): Scored[] => {
  const terms = termsOf(question);
  const pairs = neighboursIn(terms);
  const weights = weigh(terms, sentences, rarity);
  const askedWords = new Set(wordsOf(question));
  const type = answerTypeOf(askingSentence(question));
  const covered = new Map<Stems, number>();
  const coverage = (stems: Stems) => {
    const known = covered.get(stems);
    if (known !== undefined) return known;
    const made = sum(weights, (root) => Math.min(1, timesIn(stems, root)));
    covered.set(stems, made);
    return made;
  };
  const headings = headingsOf(sentences);
  return sentences.map(({ source, rank, text, stems, passage }, order) => {
    const previous = sentences[order - 1];
    const above = [previous?.source === source ? previous : undefined, headings[order]];
    const before = Math.max(...above.map((other) => (other ? added(other.stems, stems, weights) : 0)));
    const typed = type && holdsType(type, text, askedWords);
    const score =
      bm25(stems, weights) +
      WEIGHTS.passage * coverage(passage) +
      WEIGHTS.rank / (1 + rank) +
      WEIGHTS.type * Number(typed ?? false) +
      WEIGHTS.before * before +
      WEIGHTS.phrase * phrases(stems, pairs, weights);
    const weight = STATEMENT.test(text.replace(HEADING_NUMBER, "")) ? 1 : HEADING_WEIGHT;
    return {
      source,
      text,
      order,
      score: score * weight,
      covered: coverage(passage),
      held: coverage(stems) + before,
      typed,
    };
  });
};

/** The heading under which each sentence of a source stands: a short line that neither ends nor announces anything. */
const headingsOf = (sentences: Sentence[]): (Sentence | undefined)[] => {
  let heading: Sentence | undefined;
  return sentences.map((sentence) => {
    if (heading?.source !== sentence.source) heading = undefined;
    const above = heading;
    if (sentence.text.length <= MAX_HEADING_CHARS && !ENDS_OR_HOLDS.test(sentence.text)) heading = sentence;
    return above;
  });
};

type Weights = ReadonlyMap<string, number>;

/** The weight of each term, by its rarity in the language and among these sentences; all weights add up to 1. */
const weigh = (terms: Term[], sentences: Sentence[], rarity: Rarity): Weights => {
  const known = terms.map(({ word, root, asked }) => {
    const having = sentences.filter(({ stems }) => stems.counts.has(root)).length;
    const here = Math.log(1 + (sentences.length - having + 0.5) / (having + 0.5));
    return [root, (rarity(word) + here / 2) * (asked ? 1 : BEFORE_ASKING)] as const;
  });
  const weights = new Map(known);
  const mass = sum(weights, () => 1) || 1;
  return new Map([...weights].map(([root, weight]) => [root, weight / mass]));
};

const sum = (weights: Weights, value: (root: string) => number): number => {
  let total = 0;
  for (const [root, weight] of weights) total += weight * value(root);
  return total;
};

const bm25 = (stems: Stems, weights: Weights): number => {
  const saturation = K1 * (1 - B + (B * stems.order.length) / USUAL_SENTENCE_WORDS);
  return sum(weights, (root) => {
    const times = timesIn(stems, root);
    return ((K1 + 1) * times) / (times + saturation);
  });
};

/** What the sentence before holds of the question and the sentence does not: "it" and "he" stand for that. */
const added = (before: Stems, stems: Stems, weights: Weights): number =>
  sum(weights, (root) => (timesIn(stems, root) > 0 ? 0 : Math.min(1, timesIn(before, root))));

/** The share of the question's neighbours that are neighbours in the sentence too. */
const phrases = (stems: Stems, pairs: [string, string][], weights: Weights): number => {
  let [held, all] = [0, 0];
  for (const [first, second] of pairs) {
    const weight = (weights.get(first) ?? 0) + (weights.get(second) ?? 0);
    all += weight;
    if (follows(stems, first, second)) held += weight;
  }
  return all === 0 ? 0 : held / all;
};

/** The sentences of a source; one too long to quote is cut at a space. */
const sentencesOf = (text: string): string[] =>
  sentencesIn(text).flatMap(({ start, end }) => {
    const pieces: string[] = [];
    let rest = text.slice(start, end);
    while (rest.length > MAX_SENTENCE_CHARS) {
      const space = rest.lastIndexOf(" ", MAX_SENTENCE_CHARS);
      const cut = space > MAX_SENTENCE_CHARS / 2 ? space : MAX_SENTENCE_CHARS;
      pieces.push(rest.slice(0, cut).trim());
      rest = rest.slice(cut).trim();
    }
    return rest ? [...pieces, rest] : pieces;
  });
