import { inTurns } from "../../turns.ts";
import type { ModelSource } from "../model.ts";
import { answerabilityOf } from "./answerability.ts";
import type { Rarity } from "./rarity.ts";
import { rankSentences, type Scored } from "./score.ts";

/** A verbatim sentence of source `n`. */
export type Extract = { n: number; text: string };

const MAX_SENTENCES = 3;
/** A further sentence is quoted if it scores at least this share of the first. */
const MIN_SHARE = 0.6;

/** The sentences that answer a question, or the one nearest to a question that the sources do not answer. */
export type Extracted = { answers: Extract[]; nearest: Extract | undefined };

/**
 * The one to three sentences of the sources that answer a question best, the best first and the others in the order of
 * the sources.
 */
export const extractAnswer = async (
  question: string,
  sources: readonly ModelSource[],
  rarity: Rarity,
): Promise<Extracted> => {
  const ranked = await rankSentences(question, { sources, rarity, pause: inTurns() });
  const [best] = ranked;
  const answerability = answerabilityOf(question, ranked);
  if (answerability === "answerable") return { answers: pick(ranked), nearest: undefined };
  return { answers: [], nearest: answerability === "related" && best ? toExtract(best) : undefined };
};

/** The best sentence, then those with nearly its score; no sentence twice. */
const pick = (ranked: Scored[]): Extract[] => {
  const [best] = ranked;
  if (!best) return [];
  const chosen = new Map([[best.text, best]]);
  for (const next of ranked) {
    if (chosen.size === MAX_SENTENCES || next.score < MIN_SHARE * best.score) break;
    if (!chosen.has(next.text)) chosen.set(next.text, next);
  }
  const others = [...chosen.values()].slice(1).toSorted((a, b) => a.order - b.order);
  return [best, ...others].map(toExtract);
};

const toExtract = ({ source, text }: Scored): Extract => ({ n: source.n, text });
