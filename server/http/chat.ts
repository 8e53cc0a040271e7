import { createHash } from "node:crypto";
import type { Handler } from "hono";
import type { z } from "zod";
import type { AskInput, ChatEvent } from "../contract/chat.ts";
import type { App } from "../context.ts";
import { logFailure } from "../log-failure.ts";
import { createCaller } from "../router.ts";
import { readJson } from "./body.ts";
import { requestContext, type HttpEnv } from "./context.ts";
import { errorBody, reasonOf } from "./errors.ts";
import { eventStream, type SentEvent } from "./sse.ts";

/**
 * `POST /v1/chat`: the answer's events as server-sent events. The same body with `Last-Event-ID` resumes behind that
 * event. What fails before the first event has its reason's status; what fails later is an event named `error`.
 */
export const chatHandler =
  (app: App, closing: AbortSignal): Handler<HttpEnv> =>
  async (c) => {
    const input = await readJson<z.input<typeof AskInput>>(c.req.raw);
    const ctx = requestContext(app, c.env);
    const lastEventId = c.req.header("last-event-id");
    // Leaving, and a server that closes, end the following; the answer goes on and can be joined again.
    const signal = AbortSignal.any([c.req.raw.signal, closing]);
    const requestId = ctx.idempotencyKey === undefined ? {} : { requestId: requestIdFrom(ctx.idempotencyKey) };
    const asked = { ...requestId, ...input, ...(lastEventId ? { lastEventId } : {}) };
    const answer = await createCaller(ctx, { signal }).chat.ask(asked);
    const events = answer[Symbol.asyncIterator]() as AsyncIterator<TrackedEvent>;
    const first = await events.next();
    return eventStream(frames(ctx, first, events));
  };

/** A question's own name for its request goes before the header's, which may be longer. */
const requestIdFrom = (key: string): string => createHash("sha256").update(key).digest("base64url");

/** `tracked(id, event)` as a caller in process sees it. */
type TrackedEvent = readonly [id: string, event: ChatEvent, ...rest: unknown[]];

async function* frames(
  { app, requestId }: { app: App; requestId: string },
  first: IteratorResult<TrackedEvent>,
  events: AsyncIterator<TrackedEvent>,
): AsyncGenerator<SentEvent> {
  try {
    for (let next = first; !next.done; next = await events.next()) {
      const [id, event] = next.value;
      yield { id, event: event.type, data: event };
    }
  } catch (error) {
    const known = reasonOf(error);
    logFailure(app.log, "chat", { requestId, failure: known });
    yield { event: "error", data: errorBody(known, requestId) };
  } finally {
    await events.return?.();
  }
}
