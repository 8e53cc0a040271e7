/** How a dependency's outage is waited out. */
export type OutageTimes = {
  /** Before the first of the further tries; the delay doubles each time. */
  firstDelayMs: number;
  mostDelayMs: number;
  /** After so long without progress a file ends as failed. */
  giveUpMs: number;
};

/** A file goes on within five minutes of the end of an outage. */
export const OUTAGE_TIMES: OutageTimes = { firstDelayMs: 2_000, mostDelayMs: 300_000, giveUpMs: 24 * 3_600_000 };
