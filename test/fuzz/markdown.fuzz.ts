import { makeAttack } from "../support/answer-attacks.ts";
import { createRandom } from "../support/choices.ts";
import { unsafeIn } from "../support/rendered.ts";
import { count, row } from "../support/row.ts";
import { findUnsafe } from "../support/safe-markdown.ts";

const ANSWERS = count("answers", { short: 20_000, long: 200_000 });
const SAMPLE = 1_000;

const { seed } = createRandom();

row({ area: "answers", done: `${ANSWERS} mixtures of Markdown, seed ${seed}` }, async (measure) => {
  const random = createRandom(seed);
  const live = Array.from({ length: SAMPLE }, () => unsafeIn(makeAttack(random))).filter((found) => found.length > 0);
  // As the model wrote them, a good part of them is live.
  measure("live as written, of 1,000", live.length, { atLeast: SAMPLE * 0.3 });
  const failed = findUnsafe(ANSWERS, seed);
  measure("live as shown", failed.length, { is: 0 });
  if (failed.length > 0) throw new Error(JSON.stringify(failed.slice(0, 5), undefined, 2));
});
