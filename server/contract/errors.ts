import { z } from "zod";

/** One row a reason: its tRPC code, its HTTP status, and what a person reads when nothing better is known. */
export const REASONS = {
  NOT_SIGNED_IN: { code: "UNAUTHORIZED", status: 401, message: "Sign in first." },
  TOKEN_EXPIRED: { code: "UNAUTHORIZED", status: 401, message: "The sign-in has expired. Sign in again." },
  SESSION_REVOKED: { code: "UNAUTHORIZED", status: 401, message: "This sign-in was ended. Sign in again." },
  TENANT_MISMATCH: {
    code: "FORBIDDEN",
    status: 403,
    message: "The tenant header names another tenant than the access token.",
  },
  TENANT_UNKNOWN: {
    code: "BAD_REQUEST",
    status: 400,
    message: "Name the tenant by its slug: lower-case letters, digits and hyphens.",
  },
  FORBIDDEN: { code: "FORBIDDEN", status: 403, message: "Only an admin of this tenant may do this." },
  NOT_FOUND: { code: "NOT_FOUND", status: 404, message: "There is no such thing here." },
  INVALID_INPUT: { code: "BAD_REQUEST", status: 400, message: "The input does not fit." },
  CODE_INVALID: { code: "UNAUTHORIZED", status: 401, message: "That code is not right." },
  CODE_EXPIRED: { code: "UNAUTHORIZED", status: 401, message: "That code is no longer valid. Ask for a new one." },
  TOO_MANY_ATTEMPTS: {
    code: "TOO_MANY_REQUESTS",
    status: 429,
    message: "Too many attempts with this code. Ask for a new one.",
  },
  RATE_LIMITED: { code: "TOO_MANY_REQUESTS", status: 429, message: "Too many requests. Try again a little later." },
  QUOTA_EXCEEDED: { code: "TOO_MANY_REQUESTS", status: 429, message: "The quota is used up." },
  FILE_TOO_LARGE: { code: "PAYLOAD_TOO_LARGE", status: 413, message: "The file is too large." },
  FILE_NOT_PDF: { code: "UNSUPPORTED_MEDIA_TYPE", status: 415, message: "The file is not a PDF." },
  FILE_TRUNCATED: { code: "BAD_REQUEST", status: 400, message: "The file did not arrive whole. Send it again." },
  PDF_ENCRYPTED: { code: "UNPROCESSABLE_CONTENT", status: 422, message: "The PDF is protected by a password." },
  PDF_CORRUPT: { code: "UNPROCESSABLE_CONTENT", status: 422, message: "The PDF is damaged and cannot be read." },
  PDF_TOO_MANY_PAGES: { code: "UNPROCESSABLE_CONTENT", status: 422, message: "The PDF has too many pages." },
  PDF_TOO_COMPLEX: {
    code: "UNPROCESSABLE_CONTENT",
    status: 422,
    message: "The PDF takes too much time or memory to read.",
  },
  PDF_NO_TEXT: {
    code: "UNPROCESSABLE_CONTENT",
    status: 422,
    message: "The PDF has no text to read; it may be a scan.",
  },
  MODEL_NOT_ALLOWED: { code: "BAD_REQUEST", status: 400, message: "This model is not offered here." },
  MODEL_UNAVAILABLE: {
    code: "BAD_GATEWAY",
    status: 502,
    message: "The language model cannot be reached now. Try again later.",
  },
  MODEL_TIMEOUT: { code: "GATEWAY_TIMEOUT", status: 504, message: "The language model took too long." },
  SERVICE_UNAVAILABLE: {
    code: "SERVICE_UNAVAILABLE",
    status: 503,
    message: "The service cannot do this now. Try again later.",
  },
  INTERNAL: { code: "INTERNAL_SERVER_ERROR", status: 500, message: "Something went wrong on our side." },
} as const satisfies Record<string, { code: string; status: number; message: string }>;

export type Reason = keyof typeof REASONS;
export const Reason = z.enum(Object.keys(REASONS) as [Reason, ...Reason[]]);

/** What a reason carries beside its message. Reasons without a row carry nothing. */
export const ReasonData = {
  INVALID_INPUT: z.object({ issues: z.array(z.object({ path: z.string(), message: z.string() })).optional() }),
  RATE_LIMITED: z.object({ retryAfterMs: z.number() }),
  /** Null when it does not reset by itself: what is kept counts until it is removed. */
  QUOTA_EXCEEDED: z.object({ resetsAt: z.iso.datetime().nullable() }),
  PDF_NO_TEXT: z.object({ pages: z.array(z.int()) }),
} as const satisfies Partial<Record<Reason, z.ZodObject>>;
export type ReasonData = { [R in keyof typeof ReasonData]: z.infer<(typeof ReasonData)[R]> };

export type DataOf<R extends Reason> = R extends keyof ReasonData ? ReasonData[R] : object;

/** The body of every HTTP error; a reason's data stands beside its message. */
export const ErrorBody = z.object({
  error: z.looseObject({ reason: Reason, message: z.string(), requestId: z.string() }),
});
export type ErrorBody = z.infer<typeof ErrorBody>;
