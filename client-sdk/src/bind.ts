import type { TRPCRequestOptions, TRPCUntypedClient } from "@trpc/client";
import type { CallOptions, Calls, ChangeOptions } from "./calls.ts";
import { toDocuChatError } from "./errors.ts";
import { endsSession, type Events } from "./events.ts";
import { kinds } from "./generated/procedures.ts";
import type { BoundRouter } from "./trpc.ts";

type Trpc = TRPCUntypedClient<BoundRouter>;

/** Every procedure's function over a tRPC client, with failures as `DocuChatError`. */
export const bindCalls = (trpc: Trpc, events: Events): Calls => {
  const failure = (thrown: unknown) => {
    const error = toDocuChatError(thrown);
    if (endsSession(error)) events.tell("session-ended", error);
    return error;
  };
  const routers = Object.entries(kinds).map(([router, procedures]) => {
    const calls = Object.entries(procedures).map(([name, kind]) => {
      const path = `${router}.${name}`;
      return [name, kind === "subscription" ? follow(trpc, path, failure) : call(trpc, { kind, path }, failure)];
    });
    return [router, Object.fromEntries(calls)];
  });
  // The table of kinds is generated with the types, from the same router.
  return Object.fromEntries(routers) as Calls;
};

type Failure = (thrown: unknown) => Error;

const call =
  (trpc: Trpc, { kind, path }: { kind: "query" | "mutation"; path: string }, failure: Failure) =>
  async (input: unknown = {}, { signal, idempotencyKey }: ChangeOptions = {}): Promise<unknown> => {
    signal?.throwIfAborted();
    try {
      return await orAborted(trpc[kind](path, input, requestOptions(signal, idempotencyKey)), signal);
    } catch (error) {
      throw signal?.aborted ? signal.reason : failure(error);
    }
  };

/** A call that shares its request with others is not stopped by one signal alone, but its caller need not wait. */
const orAborted = async <T>(result: Promise<T>, signal: AbortSignal | undefined): Promise<T> => {
  if (!signal) return result;
  let onAbort = () => {};
  const aborted = new Promise<never>((_resolve, reject) => {
    onAbort = () => reject(signal.reason);
    signal.addEventListener("abort", onAbort);
  });
  try {
    return await Promise.race([result, aborted]);
  } finally {
    signal.removeEventListener("abort", onAbort);
  }
};

/** Nothing is sent before the iteration begins; each new iteration subscribes anew. */
const follow =
  (trpc: Trpc, path: string, failure: Failure) =>
  (input: unknown = {}, { signal }: CallOptions = {}): AsyncIterable<unknown> => ({
    async *[Symbol.asyncIterator]() {
      try {
        yield* trpc.subscription(path, input, requestOptions(signal));
      } catch (error) {
        throw failure(error);
      }
    },
  });

const requestOptions = (signal: AbortSignal | undefined, idempotencyKey?: string): TRPCRequestOptions => ({
  ...(signal ? { signal } : {}),
  ...(idempotencyKey === undefined ? {} : { context: { idempotencyKey } }),
});
