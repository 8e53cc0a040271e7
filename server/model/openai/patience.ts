import { ReasonError } from "../../errors.ts";

/** An abort signal that fires when the caller's does, or when what was expected did not come in time. */
export type Patience = {
  signal: AbortSignal;
  /** From now on, and again from each call on, something must come within `ms`. */
  expectWithin(ms: number): void;
  /** The caller's reason or `MODEL_TIMEOUT` if the signal has fired; otherwise the error itself. */
  explain(error: unknown): unknown;
  stop(): void;
};

export const createPatience = (caller: AbortSignal | undefined): Patience => {
  const own = new AbortController();
  let timer: NodeJS.Timeout | undefined;
  return {
    signal: caller ? AbortSignal.any([caller, own.signal]) : own.signal,
    expectWithin: (ms) => {
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
