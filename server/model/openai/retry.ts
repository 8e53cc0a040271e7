import { setTimeout as sleep } from "node:timers/promises";
import { toModelError, VendorFailure } from "./failure.ts";

export type RetryRule = {
  tries: number;
  mostWaitMs: number;
  /** Failures that are thrown as they are, for the caller to ask in another way. */
  final?: (failure: VendorFailure) => boolean;
};

const FIRST_WAIT_MS = 500;

/**
 * Calls until it succeeds, fails for good, or `tries` are used up. Waits as long as the vendor asks, or twice as long
 * each time with jitter, but never beyond `mostWaitMs`. Throws what callers of a `Model` are to see.
 */
export const withRetry = async <T>(
  call: () => Promise<T>,
  rule: RetryRule,
  signal: AbortSignal | undefined,
): Promise<T> => {
  for (let tried = 1; ; tried += 1) {
    try {
      return await call();
    } catch (error) {
      signal?.throwIfAborted();
      if (!(error instanceof VendorFailure)) throw error;
      if (rule.final?.(error)) throw error;
      if (!error.retryable || tried >= rule.tries) throw toModelError(error);
      const backoff = FIRST_WAIT_MS * 2 ** (tried - 1) * (0.5 + Math.random() / 2);
      const waitMs = Math.min(error.retryAfterMs ?? backoff, rule.mostWaitMs);
      await sleep(waitMs, undefined, signal ? { signal } : {}).catch(() => signal?.throwIfAborted());
    }
  }
};
