import { backoffMs } from "../backoff.ts";
import { isReason, toDocuChatError, type DocuChatError } from "../errors.ts";
import { onWake } from "../wake.ts";

type Options = {
  signal: AbortSignal;
  /** Told of each failure, also of those after which it tries again. */
  onError: (error: DocuChatError) => void;
};

/** Runs `attempt` until it gives `true`, it fails for a reason that lasts, or `signal` aborts. */
export const keepTrying = async (attempt: () => Promise<boolean>, { signal, onError }: Options): Promise<void> => {
  for (let failures = 0; !signal.aborted; failures++) {
    let waitMs = backoffMs(failures);
    try {
      if (await attempt()) return;
    } catch (thrown) {
      if (signal.aborted) return;
      const error = toDocuChatError(thrown);
      onError(error);
      if (isReason(error, "RATE_LIMITED")) waitMs = error.data.retryAfterMs;
      else if (!isReason(error, "SERVICE_UNAVAILABLE")) return;
    }
    await pause(waitMs, signal);
  }
};

/** Ends early when the network may have come back. */
const pause = (ms: number, signal: AbortSignal): Promise<void> =>
  new Promise((resolve) => {
    const end = () => {
      clearTimeout(timer);
      forget();
      signal.removeEventListener("abort", end);
      resolve();
    };
    const timer = setTimeout(end, ms);
    const forget = onWake(end);
    signal.addEventListener("abort", end);
    if (signal.aborted) end();
  });
