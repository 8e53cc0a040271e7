import { languageOf } from "../../text/language.ts";
import { stem } from "../../text/stem.ts";
import { wordsOf } from "../../text/words.ts";
import { askingSentence, stemsOf, timesIn } from "./match.ts";
import type { Scored } from "./score.ts";

/**
 * Weights of a logistic regression over five features of the best sentence, fitted on the articles of SQuAD 2 with an even
 * number, whose unanswerable questions are written to look answerable. The other articles are the test set (`docs/eval.md`).
 */
const WEIGHTS = { coverage: 0.5, missingName: -0.4, missingNumber: -1.1, otherType: -0.1, missingNegation: -2.3 };
/** Answers 0.97 of the answerable questions: a reader can judge a quote. */
const BIAS = 0.23;
/** Log odds below which a question is refused. */
const REFUSAL_THRESHOLD = 0;
/** The share of the question's terms that at least one source must contain; below it no passage is related. */
const MIN_COVERAGE = 0.3;

const NAME = /(?<=\S\s+)\p{Lu}[\p{L}\p{N}'’-]+/gu;
const NEGATION = /\b(?:not|never|without|except|cannot)\b|n['’]t\b/i;

/** `related`: the sources contain a sentence close to the question, but no answer. */
export type Answerability = "answerable" | "related" | "unrelated";

/** Decides whether the sources answer a question; `ranked` are their sentences, the best first. */
export const answerabilityOf = (question: string, ranked: readonly Scored[]): Answerability => {
  if (Math.max(0, ...ranked.map(({ covered }) => covered)) < MIN_COVERAGE) return "unrelated";
  return answerLogit(question, ranked) < REFUSAL_THRESHOLD ? "related" : "answerable";
};

/** The log odds that the best sentence answers the question. */
export const answerLogit = (question: string, [best]: readonly Scored[]): number => {
  if (!best) return -Infinity;
  const words = wordsOf(question);
  const language = languageOf(words);
  const source = stemsOf(`${best.source.fileName}\n${best.source.text}`);
  const isMissing = (word: string) => timesIn(source, stem(word, language)) === 0;
  // German capitalises every noun.
  const names = language === "german" ? [] : (question.match(NAME) ?? []).flatMap(wordsOf);
  const features = {
    coverage: best.held,
    missingName: Number(names.some(isMissing)),
    missingNumber: Number(words.filter((word) => /\d/.test(word)).some(isMissing)),
    otherType: Number(best.typed === false),
    missingNegation: Number(NEGATION.test(askingSentence(question)) && !NEGATION.test(best.text)),
  };
  return Object.entries(WEIGHTS).reduce(
    (logit, [feature, weight]) => logit + weight * features[feature as keyof typeof features],
    BIAS,
  );
};
