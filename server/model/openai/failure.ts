import { ReasonError } from "../../errors.ts";

/** What a vendor refused or broke, before it is known whether another try will help. */
export class VendorFailure extends Error {
  override readonly name = "VendorFailure";
  /** The HTTP status; undefined when no answer came, or broke off. */
  readonly status: number | undefined;
  readonly modelUnknown: boolean;
  readonly retryable: boolean;
  readonly retryAfterMs: number | undefined;

  constructor(
    message: string,
    details: { status?: number; modelUnknown?: boolean; retryable: boolean; retryAfterMs?: number; cause?: unknown },
  ) {
    super(message, { cause: details.cause });
    this.status = details.status;
    this.modelUnknown = details.modelUnknown ?? false;
    this.retryable = details.retryable;
    this.retryAfterMs = details.retryAfterMs;
  }
}

/** What the vendor sent is not what its API promises; the words it sent are kept out of the message. */
export const malformed = (what: string): VendorFailure =>
  new VendorFailure(`The model provider sent ${what}.`, { retryable: false });

/** The connection failed or broke off. */
export const disconnected = (cause: unknown): VendorFailure =>
  new VendorFailure("The connection to the model provider failed.", { retryable: true, cause });

/** `retry-after-ms`, or `retry-after` in seconds or as a date (RFC 9110, 10.2.3). */
export const retryAfterOf = (headers: Headers | undefined): number | undefined => {
  const ms = Number(headers?.get("retry-after-ms") ?? Number.NaN);
  if (Number.isFinite(ms)) return ms;
  const text = headers?.get("retry-after");
  if (!text) return undefined;
  const wait = Number.isFinite(Number(text)) ? Number(text) * 1_000 : Date.parse(text) - Date.now();
  return Number.isFinite(wait) ? Math.max(0, wait) : undefined;
};

/** As callers of a `Model` are to see it. */
export const toModelError = (error: unknown): unknown => {
  if (!(error instanceof VendorFailure)) return error;
  if (error.modelUnknown) return new ReasonError("MODEL_NOT_ALLOWED", { cause: error });
  return new ReasonError("MODEL_UNAVAILABLE", { cause: error });
};
