import { ReasonError } from "../../errors.ts";

/** Aborts a request that makes no progress: each part that arrives restarts the timeout. */
export type StallTimeout = {
  /** Aborts with the caller's signal, or when the timeout ends. */
  signal: AbortSignal;
  /** Starts the timeout, or starts it again: it ends in `ms`. */
  restart(ms: number): void;
  /** The caller's reason or `MODEL_TIMEOUT` if the signal has aborted; otherwise the error itself. */
  explain(error: unknown): unknown;
  stop(): void;
};

export const createStallTimeout = (caller: AbortSignal | undefined): StallTimeout => {
  const own = new AbortController();
  let timer: NodeJS.Timeout | undefined;
  return {
    signal: caller ? AbortSignal.any([caller, own.signal]) : own.signal,
    restart: (ms) => {
      clearTimeout(timer);
      timer = setTimeout(() => own.abort(new ReasonError("MODEL_TIMEOUT")), ms);
    },
    explain: (error) => {
      if (caller?.aborted) return caller.reason;
      return own.signal.aborted ? own.signal.reason : error;
    },
    stop: () => clearTimeout(timer),
  };
};
