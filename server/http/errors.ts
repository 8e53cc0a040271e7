import { TRPCError } from "@trpc/server";
import { REASONS, type ErrorBody } from "../contract/errors.ts";
import { hasReason, ReasonError, toReasonError } from "../errors.ts";
import { fromTrpcError } from "../trpc.ts";

/** `INVALID_INPUT` that HTTP has a status of its own for. */
export class BodyTooLargeError extends ReasonError<"INVALID_INPUT"> {
  constructor(maxBytes: number) {
    super("INVALID_INPUT", { message: `The body may have at most ${maxBytes} bytes.` });
  }
}

/** Any thrown value by its reason, those of in-process procedure calls too. */
export const reasonOf = (error: unknown): ReasonError =>
  error instanceof TRPCError ? fromTrpcError(error) : toReasonError(error);

export const statusOf = (error: ReasonError): number =>
  error instanceof BodyTooLargeError ? 413 : REASONS[error.reason].status;

export const errorBody = (error: ReasonError, requestId: string): ErrorBody => ({
  error: { ...error.data, reason: error.reason, message: error.message, requestId },
});

/** The answer to a failed request, in the contract's shape. */
export const errorResponse = (error: ReasonError, requestId: string): Response => {
  const headers: Record<string, string> = { "content-type": "application/json" };
  if (hasReason(error, "RATE_LIMITED")) headers["retry-after"] = String(Math.ceil(error.data.retryAfterMs / 1_000));
  return new Response(JSON.stringify(errorBody(error, requestId)), { status: statusOf(error), headers });
};
