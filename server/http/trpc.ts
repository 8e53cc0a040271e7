import { TRPCError, type ProcedureType } from "@trpc/server";
import { resolveResponse } from "@trpc/server/http";
import type { Handler } from "hono";
import { LIMITS } from "../contract/limits.ts";
import type { App, RequestContext } from "../context.ts";
import { ReasonError } from "../errors.ts";
import { logFailure } from "../log-failure.ts";
import { appRouter } from "../router.ts";
import { fromTrpcError } from "../trpc.ts";
import { readText } from "./body.ts";
import { requestContext, type HttpEnv } from "./context.ts";
import { BodyTooLargeError } from "./errors.ts";

export const TRPC_PATH = "/trpc";

/** Procedure calls over HTTP, single, batched and as server-sent events. */
export const trpcHandler =
  (app: App, closing: AbortSignal): Handler<HttpEnv> =>
  async (c) => {
    const { request, refusal } = await bounded(c.req.raw, closing);
    return resolveResponse({
      router: appRouter,
      req: request,
      path: new URL(request.url).pathname.slice(TRPC_PATH.length + 1),
      createContext: async () => requestContext(app, c.env),
      error: refusal,
      maxBatchSize: LIMITS.callsPerBatch,
      // A long question makes an address longer than servers and proxies take.
      allowMethodOverride: true,
      onError: logTrpcError(app),
      responseMeta: () => (refusal?.code === "PAYLOAD_TOO_LARGE" ? { status: 413 } : {}),
    });
  };

/**
 * tRPC reads a body whole, of any size: one that does not tell its length is read here first. And a stream of events
 * would hold a closing server open: it ends, and its client resumes elsewhere.
 */
const bounded = async (request: Request, closing: AbortSignal) => {
  const { url, method, headers } = request;
  const hasBody = method !== "GET" && method !== "HEAD";
  const length = hasBody ? headers.get("content-length") : "0";
  const isStream = headers.get("accept")?.includes("text/event-stream");
  if (length !== null && Number(length) <= LIMITS.jsonBodyBytes && !isStream) return { request, refusal: null };
  try {
    const signal = AbortSignal.any([request.signal, closing]);
    const body = hasBody ? await readText(request) : null;
    return { request: new Request(url, { method, headers, signal, body }), refusal: null };
  } catch (cause) {
    const code = cause instanceof BodyTooLargeError ? "PAYLOAD_TOO_LARGE" : "BAD_REQUEST";
    return { request, refusal: new TRPCError({ code, cause }) };
  }
};

type Failure = {
  error: TRPCError;
  path?: string | undefined;
  type: ProcedureType | "unknown";
  ctx?: RequestContext | undefined;
};

/** Logs what no procedure has logged: refusals before one was found, and what fails in mid-stream. */
export const logTrpcError =
  ({ log }: App) =>
  ({ error, path, type, ctx }: Failure): void => {
    if (error.cause instanceof ReasonError) return;
    const failure = fromTrpcError(error);
    const requestId = ctx?.requestId;
    // The path of an unknown procedure is whatever the client wrote.
    if (type === "unknown") log.debug("call refused", { requestId, reason: failure.reason });
    else logFailure(log, "call", { requestId, path, failure });
  };
