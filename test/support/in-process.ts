import { TRPCClientError, TRPCUntypedClient, type Operation, type TRPCLink } from "@trpc/client";
import { callTRPCProcedure, getTRPCErrorFromUnknown, getTRPCErrorShape, isTrackedEnvelope } from "@trpc/server";
import { observable } from "@trpc/server/observable";
import { parse, stringify } from "superjson";
import type { Calls } from "../../client-sdk/src/calls.ts";
import { createEvents } from "../../client-sdk/src/events.ts";
import { signedCalls } from "../../client-sdk/src/signed-calls.ts";
import { tokenStoreOf } from "../../client-sdk/src/tokens.ts";
import { untracked } from "../../client-sdk/src/transport.ts";
import type { BoundRouter } from "../../client-sdk/src/trpc.ts";
import type { RequestContext } from "../../server/context.ts";
import { appRouter } from "../../server/router.ts";
import { contextOf, type TestApp } from "./app.ts";

/** The published client's calls, subscriptions included, without a network: what goes in and out is as on the wire. */
export const createInProcessClient = (
  { app }: Pick<TestApp, "app">,
  { accessToken, tenant }: { accessToken?: string; tenant?: string } = {},
): Calls => {
  const tokens = tokenStoreOf(accessToken);
  const context = async () => contextOf(app, { accessToken: await tokens.get(), tenantSlug: tenant });
  const trpc = new TRPCUntypedClient<BoundRouter>({ links: [untracked, inProcess(context)] });
  return signedCalls(trpc, {
    tokens,
    browser: tokenStoreOf(undefined),
    onChange: async () => {},
    events: createEvents(),
  });
};

/** tRPC's own `localLink` begins a subscription again for ever when the server fails, which no socket does. */
const inProcess =
  (createContext: () => Promise<RequestContext>): TRPCLink<BoundRouter> =>
  () =>
  ({ op }) =>
    observable((observer) => {
      const left = new AbortController();
      const signal = op.signal ? AbortSignal.any([op.signal, left.signal]) : left.signal;
      const onAbort = () => observer.complete();
      signal.addEventListener("abort", onAbort);
      const serve = async () => {
        const ctx = await createContext();
        try {
          for await (const { id, data } of results(op, ctx, signal))
            observer.next({ result: { type: "data", ...(id === undefined ? {} : { id }), data: asOnTheWire(data) } });
          observer.complete();
        } catch (cause) {
          if (!signal.aborted) observer.error(clientError(op, ctx, cause));
        }
      };
      void serve();
      return () => {
        signal.removeEventListener("abort", onAbort);
        left.abort();
      };
    });

type Result = { id: string | undefined; data: unknown };

async function* results(op: Operation, ctx: RequestContext, signal: AbortSignal): AsyncGenerator<Result> {
  const input: unknown = JSON.parse(JSON.stringify(op.input ?? {}));
  const { path, type } = op;
  const call = { router: appRouter, path, type, ctx, signal, batchIndex: 0, getRawInput: async () => input };
  const result: unknown = await callTRPCProcedure(call);
  if (type !== "subscription") yield { id: undefined, data: result };
  else yield* events(result as AsyncIterable<unknown>);
}

async function* events(source: AsyncIterable<unknown>): AsyncGenerator<Result> {
  for await (const event of source) {
    if (isTrackedEnvelope(event)) yield { id: event[0], data: { id: event[0], data: event[1] } };
    else yield { id: undefined, data: event };
  }
}

const asOnTheWire = (value: unknown): unknown => parse(stringify(value));

const clientError = ({ path, type, input }: Operation, ctx: RequestContext, cause: unknown) => {
  const { _config: config } = appRouter._def;
  const shape = getTRPCErrorShape({ config, error: getTRPCErrorFromUnknown(cause), path, type, input, ctx });
  return TRPCClientError.from<BoundRouter>({ error: shape });
};
