import { setImmediate as nextTurn, setTimeout as sleep } from "node:timers/promises";
import type { ChatPart } from "../model/model.ts";

const PAUSE_MS_PER_ANSWER = 1;
const LEAST_PAUSE_MS = 10;
const MOST_PAUSE_MS = 500;

/**
 * A pause behind each delta, the longer the more answers are written at once: handing on costs several times what a word
 * does. Ends when `signal` aborts.
 */
export const pauseAmong = (count: () => number, signal: AbortSignal) => async (): Promise<void> => {
  const pauseMs = Math.min(count() * PAUSE_MS_PER_ANSWER, MOST_PAUSE_MS);
  if (pauseMs >= LEAST_PAUSE_MS) await sleep(pauseMs, undefined, { signal }).catch(() => {});
};

/**
 * Joins the deltas that have come by the time the event loop has turned. Where it keeps up, each is handed on by itself;
 * where it is late, those that wait are handed on together, which is the less work for the more readers. `pause` is
 * waited for behind each delta: what comes meanwhile is not even read.
 */
export async function* joinDeltas(
  told: AsyncIterable<ChatPart>,
  pause: () => Promise<void> = async () => {},
): AsyncGenerator<ChatPart> {
  const parts = told[Symbol.asyncIterator]();
  let next = parts.next();
  try {
    for (;;) {
      const part = await next;
      if (part.done) return;
      if (part.value.type !== "delta") {
        yield part.value;
        next = parts.next();
        continue;
      }
      let { text } = part.value;
      const turned = nextTurn(undefined);
      for (;;) {
        next = parts.next();
        // What it fails with is thrown behind the words that came before.
        next.catch(() => {});
        const soon = await Promise.race([next, turned]).catch(() => undefined);
        if (soon?.done !== false || soon.value.type !== "delta") break;
        text += soon.value.text;
      }
      yield { type: "delta", text };
      await pause();
    }
  } finally {
    // Not waited for: it ends behind the part that is on its way.
    parts.return?.()?.catch(() => {});
  }
}
