// Not through the room's index: the process that reads PDFs needs reasons, and no database.
import { isUnavailable } from "../db/unavailable.ts";
import { REASONS, type DataOf, type Reason } from "./contract/errors.ts";

type Options<R extends Reason> = { message?: string; cause?: unknown } & (object extends DataOf<R>
  ? { data?: DataOf<R> }
  : { data: DataOf<R> });

/**
 * The one error that callers are meant to see: a reason of the contract, what it carries, and a sentence for a person.
 * Anything else that is thrown reaches a client as `INTERNAL`, and its text stays in the log.
 */
export class ReasonError<R extends Reason = Reason> extends Error {
  override readonly name = "ReasonError";
  readonly reason: R;
  readonly data: DataOf<R>;

  constructor(reason: R, ...[options]: object extends DataOf<R> ? [Options<R>?] : [Options<R>]) {
    super(options?.message ?? REASONS[reason].message, { cause: options?.cause });
    this.reason = reason;
    this.data = (options?.data ?? {}) as DataOf<R>;
  }
}

/**
 * What a server that the product calls has refused or broken. The message goes to the log: whoever makes it leaves out
 * secrets and what a person wrote.
 */
export class ServerFailure extends Error {
  override readonly name: string = "ServerFailure";
  /** As its protocol numbers it; undefined when no answer came, or broke off. */
  readonly status: number | undefined;

  constructor(message: string, options: { status?: number | undefined; cause?: unknown } = {}) {
    super(message, { cause: options.cause });
    this.status = options.status;
  }
}

export const hasReason = <R extends Reason>(error: unknown, reason: R): error is ReasonError<R> =>
  error instanceof ReasonError && error.reason === reason;

/**
 * Any thrown value as a `ReasonError`: a database that does not answer is `SERVICE_UNAVAILABLE`, anything unknown
 * `INTERNAL`, with the original as its cause.
 */
export const toReasonError = (error: unknown): ReasonError => {
  if (error instanceof ReasonError) return error;
  return new ReasonError(isUnavailable(error) ? "SERVICE_UNAVAILABLE" : "INTERNAL", { cause: error });
};
