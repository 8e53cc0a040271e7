import { inTurns } from "../../turns.ts";
import type { ModelSource } from "../model.ts";
import type { Rarity } from "./rarity.ts";
import { rankSentences, type Scored } from "./score.ts";
import { tells } from "./tells.ts";

/** A verbatim sentence of source `n`. */
export type Extract = { n: number; text: string };

const MOST_SENTENCES = 3;
/** A further sentence is quoted if it scores at least this share of the first. */
const LEAST_SHARE = 0.6;

/** What the sources tell: the sentences that answer, or the one nearest to a question that they do not answer. */
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
  const told = tells(question, ranked);
  if (told !== "tells") return { answers: [], nearest: told === "near" && best ? toExtract(best) : undefined };
  return { answers: pick(ranked), nearest: undefined };
};

/** The best sentence, then those that come near it; no sentence twice. */
const pick = (ranked: Scored[]): Extract[] => {
  const [best] = ranked;
  if (!best) return [];
  const chosen = new Map([[best.text, best]]);
  for (const next of ranked) {
    if (chosen.size === MOST_SENTENCES || next.score < LEAST_SHARE * best.score) break;
    if (!chosen.has(next.text)) chosen.set(next.text, next);
  }
  const others = [...chosen.values()].slice(1).toSorted((a, b) => a.order - b.order);
  return [best, ...others].map(toExtract);
};

const toExtract = ({ source, text }: Scored): Extract => ({ n: source.n, text });
