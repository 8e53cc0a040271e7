import { ReasonError, ServerFailure } from "../../errors.ts";

type Details = {
  status?: number;
  /** What the server wrote, without secrets, in one line: for finding out what it refused, and not for the log. */
  reply?: string;
  modelUnknown?: boolean;
  retryable: boolean;
  retryAfterMs?: number | undefined;
  cause?: unknown;
};

/** What a vendor refused or broke, before it is known whether another try will help. */
export class VendorFailure extends ServerFailure {
  override readonly name = "VendorFailure";
  readonly reply: string;
  readonly modelUnknown: boolean;
  readonly retryable: boolean;
  readonly retryAfterMs: number | undefined;

  constructor(message: string, { status, reply = "", modelUnknown, retryable, retryAfterMs, cause }: Details) {
    super(message, { status, cause });
    this.reply = reply;
    this.modelUnknown = modelUnknown ?? false;
    this.retryable = retryable;
    this.retryAfterMs = retryAfterMs;
  }
}

/** What the vendor sent is not what its API promises; the words it sent are kept out of the message. */
export const malformed = (what: string): VendorFailure =>
  new VendorFailure(`The model provider sent ${what}.`, { retryable: false });

/** The connection failed or broke off. */
export const disconnected = (cause: unknown): VendorFailure =>
  new VendorFailure("The connection to the model provider failed.", { retryable: true, cause });

/** As callers of a `Model` are to see it. */
export const toModelError = (error: unknown): unknown => {
  if (!(error instanceof VendorFailure)) return error;
  if (error.modelUnknown) return new ReasonError("MODEL_NOT_ALLOWED", { cause: error });
  return new ReasonError("MODEL_UNAVAILABLE", { cause: error });
};
