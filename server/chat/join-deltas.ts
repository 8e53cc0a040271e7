import { setImmediate as nextTurn } from "node:timers/promises";
import type { ChatPart } from "../model/model.ts";

/**
 * Joins the deltas that have come by the time the event loop has turned. Where it keeps up, each is handed on by itself;
 * where it is late, those that wait are handed on together, which is the less work for the more readers.
 */
export async function* joinDeltas(told: AsyncIterable<ChatPart>): AsyncGenerator<ChatPart> {
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
    }
  } finally {
    // Not waited for: it ends behind the part that is on its way.
    parts.return?.()?.catch(() => {});
  }
}
