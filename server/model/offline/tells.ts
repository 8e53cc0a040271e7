import { languageOf } from "../../text/language.ts";
import { stem } from "../../text/stem.ts";
import { wordsOf } from "../../text/words.ts";
import { askingSentence, stemsOf, timesIn } from "./match.ts";
import type { Scored } from "./score.ts";

/**
 * Whether the best sentence answers, as a logistic model of few signs: fitted on the articles with an even number of
 * SQuAD 2's half, whose unanswerable questions are written to look answerable; the others report
 * (`docs/eval.md`).
 */
const WEIGHTS = { held: 0.5, name: -0.4, number: -1.1, untyped: -0.1, negation: -2.3 };
/** Keeps 0.97 of what is answerable, for a reader can judge a quote. */
const BIAS = 0.23;
/** The share of the question that some source must hold; below it nothing is near. */
const LEAST_COVERED = 0.3;

const NAME = /(?<=\S\s+)\p{Lu}[\p{L}\p{N}'’-]+/gu;
const NEGATION = /\b(?:not|never|without|except|cannot)\b|n['’]t\b/i;

/** Whether the sources tell: not at all, perhaps (there is a sentence near the question), or as far as words show. */
export type Telling = "nothing" | "near" | "tells";

export const tells = (question: string, ranked: readonly Scored[]): Telling => {
  if (Math.max(0, ...ranked.map(({ covered }) => covered)) < LEAST_COVERED) return "nothing";
  return sureness(question, ranked) < 0 ? "near" : "tells";
};

/** How surely the best sentence answers, as the logarithm of the odds: below 0 it does not. */
export const sureness = (question: string, [best]: readonly Scored[]): number => {
  if (!best) return -Infinity;
  const words = wordsOf(question);
  const language = languageOf(words);
  const read = stemsOf(`${best.source.fileName}\n${best.source.text}`);
  const missing = (word: string) => timesIn(read, stem(word, language)) === 0;
  // German writes every noun as others write names.
  const names = language === "german" ? [] : (question.match(NAME) ?? []).flatMap(wordsOf);
  const signs = {
    held: best.held,
    name: Number(names.some(missing)),
    number: Number(words.filter((word) => /\d/.test(word)).some(missing)),
    untyped: Number(best.typed === false),
    negation: Number(NEGATION.test(askingSentence(question)) && !NEGATION.test(best.text)),
  };
  return Object.entries(WEIGHTS).reduce(
    (sum, [sign, weight]) => sum + weight * signs[sign as keyof typeof signs],
    BIAS,
  );
};
