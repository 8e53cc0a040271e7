import { TRPCClientError, type Operation, type TRPCLink } from "@trpc/client";
// oxlint-disable-next-line no-restricted-imports -- what tRPC's links are written with
import { observable } from "@trpc/server/observable";
import { backoffMs } from "./backoff.ts";
import { readEvents, type ServerEvent } from "./event-stream.ts";
import { transformer, type BoundRouter } from "./trpc.ts";

type Route = {
  url: string;
  headers: () => Promise<Record<string, string>>;
  fetch?: typeof globalThis.fetch | undefined;
};

/** The server says something every 15 seconds; a stream that is silent for longer is dead. */
const SILENCE_MS = 40_000;

/**
 * Subscriptions as server-sent events, for networks that let no WebSocket through. Read with `fetch`, so that the token
 * goes in a header and the question in the body, not in an address. A lost stream is begun again behind its last event.
 */
export const sseLink =
  (route: Route): TRPCLink<BoundRouter> =>
  () =>
  ({ op }) =>
    observable((observer) => {
      const left = new AbortController();
      const complete = () => observer.complete();
      op.signal?.addEventListener("abort", complete);
      const tellState = (state: "connecting" | "pending", error: TRPCClientError<BoundRouter> | null = null) =>
        observer.next({ result: { type: "state", state, error } as never });
      const follow = async () => {
        let lastEventId: string | undefined;
        for (let failures = 0; !left.signal.aborted; failures++) {
          try {
            for await (const event of subscribe(route, { op, lastEventId, signal: left.signal })) {
              failures = 0;
              if (event.event === "connected") tellState("pending");
              if (event.event === "return") return observer.complete();
              if (event.event === "serialized-error") throw failureOf(JSON.parse(event.data));
              if (event.event !== "message") continue;
              lastEventId = event.id ?? lastEventId;
              observer.next({ result: resultOf(event) });
            }
          } catch (error) {
            if (left.signal.aborted) return;
            if (error instanceof TRPCClientError) return observer.error(error);
            tellState("connecting", TRPCClientError.from(error as Error));
          }
          await pause(backoffMs(failures), left.signal);
        }
      };
      void follow();
      return () => {
        op.signal?.removeEventListener("abort", complete);
        left.abort();
      };
    });

/** With an id the data is what the socket brings too: `{id, data}`. */
const resultOf = ({ id, data: text }: ServerEvent) => {
  const data: unknown = transformer.output.deserialize(JSON.parse(text));
  return id === undefined ? { type: "data" as const, data } : { type: "data" as const, id, data: { id, data } };
};

const failureOf = (serialized: unknown) =>
  TRPCClientError.from<BoundRouter>({ error: transformer.output.deserialize<never>(serialized as never) });

type Subscription = { op: Operation; lastEventId: string | undefined; signal: AbortSignal };

async function* subscribe(route: Route, { op, lastEventId, signal }: Subscription): AsyncGenerator<ServerEvent> {
  const { url, headers, fetch = globalThis.fetch } = route;
  const silent = new AbortController();
  const either = AbortSignal.any([signal, silent.signal]);
  let timer = setTimeout(() => silent.abort(), SILENCE_MS);
  try {
    const input = { ...(op.input as object), ...(lastEventId === undefined ? {} : { lastEventId }) };
    const response = await fetch(`${url}/trpc/${op.path}`, {
      method: "POST",
      headers: { ...(await headers()), "content-type": "application/json", accept: "text/event-stream" },
      body: JSON.stringify(input),
      signal: either,
    });
    if (!response.ok || !response.body) throw await refusalOf(response);
    for await (const event of readEvents(response.body)) {
      clearTimeout(timer);
      timer = setTimeout(() => silent.abort(), SILENCE_MS);
      yield event;
    }
  } finally {
    clearTimeout(timer);
    silent.abort();
  }
}

/** The server's own refusal is told; whatever stands between answers as it likes, and is tried again. */
const refusalOf = async (response: Response): Promise<Error> => {
  const body = (await response.json().catch(() => undefined)) as { error?: unknown } | undefined;
  return body?.error ? failureOf(body.error) : new Error(`HTTP status ${response.status}`);
};

const pause = (ms: number, signal: AbortSignal): Promise<void> =>
  new Promise((resolve) => {
    const timer = setTimeout(resolve, ms);
    signal.addEventListener("abort", () => {
      clearTimeout(timer);
      resolve();
    });
  });
