/** At most `points` in a fixed window of `windowMs`, which the first point opens; counted by rule name and key. */
export type LimitRule = { name: string; points: number; windowMs: number };
export type LimitResult = { allowed: boolean; remaining: number; retryAfterMs: number };

export type NewChallenge = { codeHash: string; value: string; attempts: number; ttlMs: number };
/** `matched` happens once for a challenge; every other attempt, right or wrong, is counted before it is compared. */
export type ChallengeAttempt =
  | { result: "matched"; value: string }
  | { result: "wrong"; attemptsLeft: number }
  | { result: "exhausted" }
  | { result: "missing" };

/** `id` is chosen by the log's only writer: 1, 2, 3 … */
export type LogEntry = { id: number; value: string };
/** More than these, as a reader has before it that comes late, are handed out in turns, so that nobody waits for all of them. */
export const MANY_ENTRIES = 8;

/**
 * What is short-lived and shared: login codes, limits, live answers, signals between instances.
 * Two implementations, this process and Redis, run one contract suite. When the store cannot be reached,
 * every method rejects with `SERVICE_UNAVAILABLE` within half a second.
 */
export type KeyValue = {
  /** Takes `points` (default 1) from the key's allowance. A refused call takes nothing. */
  consume(rule: LimitRule, key: string, points?: number): Promise<LimitResult>;
  /** Gives one point of what was taken back, if any is taken now; the window stays as it is. */
  giveBack(rule: LimitRule, key: string): Promise<void>;

  putChallenge(id: string, challenge: NewChallenge): Promise<void>;
  /** What was put, and the attempts left, without an attempt; undefined for an unknown or expired one. */
  peekChallenge(id: string): Promise<{ value: string; attemptsLeft: number } | undefined>;
  /** Atomic: of any number of parallel right attempts exactly one is `matched`. */
  attemptChallenge(id: string, codeHash: string): Promise<ChallengeAttempt>;

  /** Appends to a log that lives `ttlMs` after its last entry and keeps at least its newest 10,000 entries. */
  append(log: string, entry: LogEntry, ttlMs: number): Promise<void>;
  /**
   * The entries after `afterId` in order, then new ones as they come; once `signal` is aborted it ends, quietly, where it
   * would have to wait for the next one.
   * A first id other than `afterId + 1` means that older entries are gone. A log that does not exist ends at once.
   */
  read(log: string, afterId: number, signal: AbortSignal): AsyncIterable<LogEntry>;
  dropLog(log: string): Promise<void>;

  /** Takes or renews a lease for `ttlMs`; false when another holder has it. */
  hold(lease: string, holder: string, ttlMs: number): Promise<boolean>;
  /** Takes a lease that nobody holds, and never renews one; returns who holds it then. */
  holdOnce(lease: string, holder: string, ttlMs: number): Promise<string>;
  /** Whether anybody holds the lease now. */
  isHeld(lease: string): Promise<boolean>;
  release(lease: string, holder: string): Promise<void>;

  /** To every instance, this one too; at most once, to those that listen now. */
  publish(channel: string, message: string): Promise<void>;
  subscribe(channel: string, listener: (message: string) => void): Promise<() => Promise<void>>;

  /** Rejects when the store cannot be reached. */
  ping(): Promise<void>;
  close(): Promise<void>;
};
