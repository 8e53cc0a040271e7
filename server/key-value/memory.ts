import { RateLimiterMemory } from "rate-limiter-flexible";
import type { ChallengeAttempt, KeyValue, LimitResult, LimitRule, NewChallenge } from "./key-value.ts";
import { limiterOptions } from "./limiter-options.ts";
import { createMemoryLogs } from "./memory-logs.ts";

const SWEEP_MS = 1_000;

/** The port for one process: nothing outlives it, nothing leaves it, and nothing here keeps it running. */
export const createMemoryKeyValue = (): KeyValue => {
  const logs = createMemoryLogs();
  const challenges = createChallenges();
  const leases = createLeases();
  const sweeping = setInterval(() => {
    for (const part of [logs, challenges, leases]) part.sweep(performance.now());
  }, SWEEP_MS).unref();
  return {
    ...createLimits(),
    ...challenges.methods,
    append: logs.append,
    read: logs.read,
    dropLog: logs.dropLog,
    ...leases.methods,
    ...createChannels(),
    ping: async () => {},
    close: async () => {
      clearInterval(sweeping);
      for (const part of [logs, challenges, leases]) part.sweep(Infinity);
    },
  };
};

type Part<Methods extends keyof KeyValue> = { methods: Pick<KeyValue, Methods>; sweep(now: number): void };

/** The library takes points even when it refuses, so each call looks first; calls of one rule go one after another. */
const createLimits = (): Pick<KeyValue, "consume" | "giveBack"> => {
  const limiters = new Map<string, { limiter: RateLimiterMemory; last: Promise<unknown> }>();
  const inTurn = <T>(rule: LimitRule, work: (limiter: RateLimiterMemory) => Promise<T>): Promise<T> => {
    const turn = limiters.get(rule.name) ?? {
      limiter: new RateLimiterMemory(limiterOptions(rule)),
      last: Promise.resolve(),
    };
    limiters.set(rule.name, turn);
    const result = turn.last.then(() => work(turn.limiter));
    turn.last = result.catch(() => {});
    return result;
  };
  return {
    consume: (rule, key, points = 1) => inTurn(rule, (limiter) => take(limiter, rule, { key, points })),
    giveBack: (rule, key) =>
      inTurn(rule, async (limiter) => {
        const seen = await limiter.get(key);
        if (seen && seen.consumedPoints > 0) await limiter.reward(key, 1);
      }),
  };
};

const take = async (
  limiter: RateLimiterMemory,
  rule: LimitRule,
  { key, points }: { key: string; points: number },
): Promise<LimitResult> => {
  const seen = await limiter.get(key);
  const current = seen && seen.msBeforeNext > 0 ? seen : undefined;
  const remaining = Math.max(rule.points - (current?.consumedPoints ?? 0), 0);
  if (points > remaining)
    return { allowed: false, remaining, retryAfterMs: Math.ceil(current?.msBeforeNext ?? rule.windowMs) };
  await limiter.consume(key, points);
  return { allowed: true, remaining: remaining - points, retryAfterMs: 0 };
};

const createChallenges = (): Part<"putChallenge" | "peekChallenge" | "attemptChallenge"> => {
  const challenges = new Map<string, Pick<NewChallenge, "codeHash" | "value"> & { left: number; expiresAt: number }>();
  const find = (id: string) => {
    const challenge = challenges.get(id);
    return challenge && challenge.expiresAt > performance.now() ? challenge : undefined;
  };
  const attempt = (id: string, codeHash: string): ChallengeAttempt => {
    const challenge = find(id);
    if (!challenge) return { result: "missing" };
    if (challenge.left <= 0) return { result: "exhausted" };
    challenge.left -= 1;
    if (challenge.codeHash !== codeHash) return { result: "wrong", attemptsLeft: challenge.left };
    challenges.delete(id);
    return { result: "matched", value: challenge.value };
  };
  return {
    methods: {
      putChallenge: async (id, { codeHash, value, attempts, ttlMs }) => {
        challenges.set(id, { codeHash, value, left: attempts, expiresAt: performance.now() + ttlMs });
      },
      peekChallenge: async (id) => {
        const challenge = find(id);
        return challenge && { value: challenge.value, attemptsLeft: challenge.left };
      },
      attemptChallenge: async (id, codeHash) => attempt(id, codeHash),
    },
    sweep: (now) => dropExpired(challenges, now),
  };
};

const createLeases = (): Part<"hold" | "holdOnce" | "isHeld" | "release"> => {
  const leases = new Map<string, { holder: string; expiresAt: number }>();
  const holderOf = (lease: string): string | undefined => {
    const found = leases.get(lease);
    return found && found.expiresAt > performance.now() ? found.holder : undefined;
  };
  return {
    methods: {
      hold: async (lease, holder, ttlMs) => {
        if ((holderOf(lease) ?? holder) !== holder) return false;
        leases.set(lease, { holder, expiresAt: performance.now() + ttlMs });
        return true;
      },
      holdOnce: async (lease, holder, ttlMs) => {
        const known = holderOf(lease);
        if (known === undefined) leases.set(lease, { holder, expiresAt: performance.now() + ttlMs });
        return known ?? holder;
      },
      isHeld: async (lease) => holderOf(lease) !== undefined,
      release: async (lease, holder) => {
        if (holderOf(lease) === holder) leases.delete(lease);
      },
    },
    sweep: (now) => dropExpired(leases, now),
  };
};

const dropExpired = (map: Map<string, { expiresAt: number }>, now: number) => {
  for (const [key, { expiresAt }] of map) if (expiresAt <= now) map.delete(key);
};

const createChannels = (): Pick<KeyValue, "publish" | "subscribe"> => {
  // Each subscription is its own object: the same function may listen twice.
  const channels = new Map<string, Set<{ listener: (message: string) => void }>>();
  return {
    publish: async (channel, message) => {
      for (const { listener } of Array.from(channels.get(channel) ?? [])) listener(message);
    },
    subscribe: async (channel, listener) => {
      const subscription = { listener };
      const subscriptions = channels.get(channel) ?? new Set();
      channels.set(channel, subscriptions.add(subscription));
      return async () => {
        subscriptions.delete(subscription);
        if (subscriptions.size === 0 && channels.get(channel) === subscriptions) channels.delete(channel);
      };
    },
  };
};
