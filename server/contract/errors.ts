import { z } from "zod";
import { REASONS } from "./reasons.ts";

export { REASONS };
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
