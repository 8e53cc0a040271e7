import { ReasonError } from "./errors.ts";
import type { KeyValue, LimitRule } from "./key-value/key-value.ts";

const MINUTE_MS = 60_000;
const DAY_MS = 24 * 60 * MINUTE_MS;

type Allowance = Omit<LimitRule, "name">;

/**
 * The key of a rule by user is the user's id; by client, the caller's network address, which many people may share;
 * by tenant, its slug; by address, the email address that a code goes to. A code that was used is given back. Windows do
 * not slide, so that any 24 hours may hold two of them: ten codes with five attempts each (`LIMITS.codeAttempts`) are at
 * most fifty guesses a day at an account, out of a million.
 */
export const LIMIT_RULES = {
  callsByUser: (perMinute) => ({ points: perMinute, windowMs: MINUTE_MS }),
  /** Before sign-in, by client. */
  callsByAddress: (perMinute) => ({ points: perMinute, windowMs: MINUTE_MS }),
  codesByClient: () => ({ points: 30, windowMs: 10 * MINUTE_MS }),
  codesByAddress: () => ({ points: 3, windowMs: 10 * MINUTE_MS }),
  codesByAddressDaily: () => ({ points: 5, windowMs: DAY_MS }),
  codesByTenant: () => ({ points: 300, windowMs: 10 * MINUTE_MS }),
  verifiesByClient: () => ({ points: 100, windowMs: 10 * MINUTE_MS }),
} satisfies Record<string, (perMinute: number) => Allowance>;

export type LimitName = keyof typeof LIMIT_RULES;

const ruleOf = (name: LimitName, perMinute: number): LimitRule => ({ name, ...LIMIT_RULES[name](perMinute) });

type Limited = { keyValue: KeyValue; local: KeyValue; config: { rateLimitPerMinute: number } };

/**
 * Takes one point of the key's allowance; throws `RATE_LIMITED` with the time to wait when there is none. While the
 * shared store is away, what guards sign-in fails closed; the calls of signed-in users go on, counted by each process.
 */
export const limit = async ({ keyValue, local, config }: Limited, name: LimitName, key: string): Promise<void> => {
  const rule = ruleOf(name, config.rateLimitPerMinute);
  const consumed = keyValue.consume(rule, key);
  const { allowed, retryAfterMs } = await (name === "callsByUser"
    ? consumed.catch(() => local.consume(rule, key))
    : consumed);
  if (!allowed) throw new ReasonError("RATE_LIMITED", { data: { retryAfterMs } });
};

/** Gives one point back; where that fails, the allowance is as if it had been used. */
export const giveBack = ({ keyValue, config }: Limited, name: LimitName, key: string): Promise<void> =>
  keyValue.giveBack(ruleOf(name, config.rateLimitPerMinute), key).catch(() => {});
