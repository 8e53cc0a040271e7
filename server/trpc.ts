import { initTRPC, TRPCError, type TRPC_ERROR_CODE_KEY } from "@trpc/server";
import { deserialize, parse, serialize, stringify } from "superjson";
import { ZodError } from "zod";
import { enter } from "./auth/enter.ts";
import { REASONS, type DataOf, type Reason } from "./contract/errors.ts";
import type { Role } from "./contract/auth.ts";
import type { RequestContext } from "./context.ts";
import { ReasonError, toReasonError } from "./errors.ts";
import { once } from "./idempotency.ts";
import { boundedDepth } from "./json-depth.ts";
import { logFailure } from "./log-failure.ts";
import { noteDates } from "./plain.ts";
import { limit } from "./rate-limit.ts";

/** What stands in `data` of every error on the wire: the reason, what it carries, and the request to ask about. */
export type ErrorData = {
  [R in Reason]: {
    reason: R;
    requestId: string;
    code: TRPC_ERROR_CODE_KEY;
    httpStatus: number;
    path?: string;
  } & DataOf<R>;
}[Reason];

export type ErrorShape = { message: string; code: number; data: ErrorData };

/**
 * Inputs are plain JSON of bounded depth, over every transport: superjson would let a small input allocate without bound
 * before anyone is known.
 */
const plain = { serialize: (value: unknown) => value, deserialize: (value: unknown) => boundedDepth(value) };

const output = { serialize: (value: unknown) => noteDates(value) ?? serialize(value), deserialize };

const t = initTRPC
  .context<RequestContext>()
  .meta<{ description: string }>()
  .create({
    transformer: { input: plain, output },
    isDev: false,
    sse: { ping: { enabled: true, intervalMs: 15_000 } },
    errorFormatter: ({ shape, error, path, ctx }): ErrorShape => {
      const known = fromTrpcError(error);
      const { code, status } = REASONS[known.reason];
      return {
        message: known.message,
        code: shape.code,
        // The union's members differ in what a reason carries, which the class ties to the reason already.
        data: {
          ...known.data,
          reason: known.reason,
          requestId: ctx?.requestId ?? "",
          code,
          httpStatus: status,
          ...(path === undefined ? {} : { path }),
        } as ErrorData,
      };
    },
  });

/** tRPC's own refusals, of inputs above all, in the contract's words. */
export const fromTrpcError = (error: TRPCError): ReasonError => {
  if (error.cause instanceof ReasonError) return error.cause;
  if (error.cause instanceof ZodError && error.code === "BAD_REQUEST") return invalidInput(error.cause);
  const { status } = REASONS[REASON_OF[error.code] ?? "INTERNAL"];
  const reason = REASON_OF[error.code] ?? "INTERNAL";
  if (reason === "RATE_LIMITED" || reason === "PDF_NO_TEXT" || reason === "QUOTA_EXCEEDED" || status >= 500)
    return toReasonError(error.cause ?? error);
  return new ReasonError<Reason>(reason, { cause: error });
};

const REASON_OF: Partial<Record<TRPC_ERROR_CODE_KEY, Reason>> = {
  PARSE_ERROR: "INVALID_INPUT",
  BAD_REQUEST: "INVALID_INPUT",
  UNSUPPORTED_MEDIA_TYPE: "INVALID_INPUT",
  METHOD_NOT_SUPPORTED: "INVALID_INPUT",
  PAYLOAD_TOO_LARGE: "INVALID_INPUT",
  NOT_FOUND: "NOT_FOUND",
  UNAUTHORIZED: "NOT_SIGNED_IN",
  FORBIDDEN: "FORBIDDEN",
};

/** Which field and what is wrong with it; never the value. */
export const invalidInput = (error: ZodError): ReasonError => {
  const issues = error.issues.map((issue) => ({ path: issue.path.join("."), message: issue.message }));
  const first = issues[0];
  const message = first ? `${first.path || "input"}: ${first.message}` : REASONS.INVALID_INPUT.message;
  return new ReasonError("INVALID_INPUT", { message, data: { issues } });
};

type Call = { ctx: RequestContext; path: string };

/**
 * Every call: its failure gets its reason's status, an unknown one goes to the log, and its time is noted. Not a
 * middleware by itself: each copies all that is known of the call.
 */
const observed = async <T extends { ok: boolean; error?: TRPCError }>(
  { ctx: { app, requestId }, path }: Call,
  work: () => Promise<T>,
): Promise<T> => {
  const start = performance.now();
  const passed = () => Math.round(performance.now() - start);
  try {
    const result = await work();
    if (!result.ok) throw result.error;
    app.log.debug("call", { requestId, path, ms: passed() });
    return result;
  } catch (error) {
    const known = error instanceof TRPCError ? fromTrpcError(error) : toReasonError(error);
    const { reason } = known;
    logFailure(app.log, "call", { requestId, path, ms: passed(), failure: known });
    throw new TRPCError({ code: REASONS[reason].code, message: known.message, cause: known });
  }
};

export const router = t.router;
export const createCallerFactory = t.createCallerFactory;

/** Counted already, by account: a colleague behind the same address who mistypes a code is told so. */
const COUNTED_ELSEWHERE: ReadonlySet<Reason> = new Set(["CODE_INVALID", "TOO_MANY_ATTEMPTS", "RATE_LIMITED"]);

/**
 * Before sign-in. Calls that fail are limited by the client's address; those that succeed are not, because many people may
 * share an address with one who makes the others fail. What a call costs is bounded where it is carried out.
 */
export const openProcedure = t.procedure.use(({ ctx, path, next }) =>
  observed({ ctx, path }, async () => {
    const result = await next();
    if (!result.ok && !COUNTED_ELSEWHERE.has(fromTrpcError(result.error).reason))
      await limit(ctx.app, "callsByAddress", ctx.client.address);
    return result;
  }),
);

/**
 * What changes something is carried out once for each idempotency key; who may make the call is looked at before the first
 * answer is given again. The role here may be a second old: use cases read it where it decides (`caller.ts`).
 */
const procedureFor = (role: Role) =>
  t.procedure.use(({ ctx, next, type, path, batchIndex, getRawInput }) =>
    observed({ ctx, path }, async () => {
      const { idempotencyKey } = ctx;
      const tenant = await enter(ctx);
      const forAdmins = role === "admin";
      if (forAdmins && tenant.role !== "admin") throw new ReasonError("FORBIDDEN");
      if (type === "subscription") ctx.connection?.claim(tenant);
      const proceed = () => next({ ctx: { tenant } });
      if (type !== "mutation" || idempotencyKey === undefined) return proceed();
      // A batch has one header for all its calls.
      const key = batchIndex > 0 ? `${idempotencyKey}:${batchIndex}` : idempotencyKey;
      let first: Awaited<ReturnType<typeof proceed>> | undefined;
      const answer = await once(tenant, { key, parameters: [path, await getRawInput()], forAdmins }, async () => {
        first = await proceed();
        if (!first.ok) throw first.error;
        return stringify(first.data);
      });
      // As tRPC makes it of a resolver's answer; the mark is only there for types.
      return first ?? ({ ok: true, data: parse(answer), ctx } as unknown as Awaited<ReturnType<typeof proceed>>);
    }),
  );

/** For a signed-in user. */
export const memberProcedure = procedureFor("member");
/** For an admin of the tenant. */
export const adminProcedure = procedureFor("admin");
