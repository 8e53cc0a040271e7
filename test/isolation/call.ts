import { callTRPCProcedure, getTRPCErrorFromUnknown } from "@trpc/server";
import type { Reason } from "../../server/contract/errors.ts";
import type { RequestContext } from "../../server/context.ts";
import { appRouter } from "../../server/router.ts";
import { fromTrpcError } from "../../server/trpc.ts";
import { contextOf, type TestApp } from "../support/app.ts";
import { procedures } from "./rows.ts";

export type Caller = Pick<RequestContext, "accessToken" | "tenantSlug">;
export type Call = { path: string; input: unknown; caller: Caller };

/** A watcher of all files would stay for ever. */
const WATCH_MS = 300;
const CALL_MS = 20_000;

/** What the call answers, as text with all events of a subscription; throws the reason's error. */
export const call = async ({ app }: Pick<TestApp, "app">, { path, input, caller }: Call): Promise<string> => {
  const { type } = procedures[path]?._def ?? {};
  if (!type) throw new Error(`${path} is no procedure`);
  const signal = AbortSignal.timeout(path === "files.watch" ? WATCH_MS : CALL_MS);
  const what = { router: appRouter, path, type, signal, batchIndex: 0, getRawInput: async () => input };
  const result: unknown = await callTRPCProcedure({ ...what, ctx: contextOf(app, caller) });
  return JSON.stringify(type === "subscription" ? await Array.fromAsync(result as AsyncIterable<unknown>) : result);
};

export const reasonOf = (error: unknown): Reason => fromTrpcError(getTRPCErrorFromUnknown(error)).reason;
