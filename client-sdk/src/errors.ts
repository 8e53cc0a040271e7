import { TRPCClientError } from "@trpc/client";
import type { DataOf, ErrorBody, Reason } from "./schemas.ts";
import { REASONS } from "./tables.ts";

/** What stands in `data` of every error on the wire. */
export type ErrorData = {
  [R in Reason]: {
    reason: R;
    requestId: string;
    code: string;
    httpStatus: number;
    path?: string;
  } & DataOf<R>;
}[Reason];

type Details<R extends Reason> = {
  message?: string | undefined;
  data?: DataOf<R> | undefined;
  requestId?: string | undefined;
  cause?: unknown;
};

/**
 * Every failure of a call, but for an abort, which rejects with the signal's own reason. `requestId` is what to give
 * to whoever runs the server; it is missing when no answer came at all (`SERVICE_UNAVAILABLE`, with its `cause`).
 */
export class DocuChatError<R extends Reason = Reason> extends Error {
  override readonly name = "DocuChatError";
  readonly reason: R;
  /** What the reason carries beside its message, such as `resetsAt`; narrowed by `isReason`. */
  readonly data: DataOf<R>;
  readonly requestId: string | undefined;

  constructor(reason: R, { message, data, requestId, cause }: Details<R> = {}) {
    super(message ?? REASONS[reason].message, { cause });
    this.reason = reason;
    this.data = data ?? ({} as DataOf<R>);
    this.requestId = requestId;
  }
}

/** Tells a failure by its reason, and with it the type of its `data`. */
export const isReason = <R extends Reason>(error: unknown, reason: R): error is DocuChatError<R> =>
  error instanceof DocuChatError && error.reason === reason;

/** A newer server may know more. */
const isKnown = (reason: unknown): reason is Reason => typeof reason === "string" && Object.hasOwn(REASONS, reason);

/** Whatever a call threw, as a `DocuChatError`. */
export const toDocuChatError = (error: unknown): DocuChatError => {
  if (error instanceof DocuChatError) return error;
  const told = error instanceof TRPCClientError ? (error.data as Partial<ErrorData> | null | undefined) : undefined;
  const { reason, requestId, code: _code, httpStatus: _status, path: _path, ...data } = told ?? {};
  if (!isKnown(reason)) return new DocuChatError("SERVICE_UNAVAILABLE", { cause: error });
  const { message } = error as Error;
  return new DocuChatError<Reason>(reason, { message, data, requestId: requestId || undefined, cause: error });
};

/** The failure that an answer of the HTTP routes tells; something else between may have answered. */
export const fromHttpAnswer = (status: number, body: unknown): DocuChatError => {
  const told = (body as Partial<ErrorBody> | undefined)?.error;
  if (!isKnown(told?.reason))
    return new DocuChatError(status === 413 ? "FILE_TOO_LARGE" : "SERVICE_UNAVAILABLE", {
      cause: new Error(`HTTP status ${status} without a reason`),
    });
  const { reason, message, requestId, ...data } = told;
  return new DocuChatError<Reason>(reason, { message, data, requestId: requestId || undefined });
};
