import { hasReason, ReasonError } from "./errors.ts";
import type { KeyValue, LimitRule } from "./key-value/key-value.ts";

const MINUTE_MS = 60_000;
const DAY_MS = 24 * 60 * MINUTE_MS;

type Allowance = Omit<LimitRule, "name">;

/**
 * Which attack each one bounds is in docs/security.md. An account is an email address in a tenant; a client is an IPv4
 * address or an IPv6 /64, a network an IPv6 /48. Windows do not slide, so that any 24 hours may hold two of them: twice
 * 15 guesses by anyone and twice 10 by browsers that signed in before are fifty a day at an account, out of a million.
 */
export const LIMIT_RULES = {
  callsByUser: (perMinute) => ({ points: perMinute, windowMs: MINUTE_MS }),
  /** Before sign-in, by client: calls that fail. */
  callsByAddress: (perMinute) => ({ points: perMinute, windowMs: MINUTE_MS }),
  codesByClient: () => ({ points: 100, windowMs: 10 * MINUTE_MS }),
  codesByNetwork: () => ({ points: 300, windowMs: 10 * MINUTE_MS }),
  codesByAccount: () => ({ points: 5, windowMs: DAY_MS }),
  /** Fewer than `codesByAccount`: what one network asks for leaves codes for the others. So with guesses. */
  codesByAccountAndNetwork: () => ({ points: 3, windowMs: DAY_MS }),
  resendsByAccount: () => ({ points: 5, windowMs: DAY_MS }),
  codesByBrowser: () => ({ points: 10, windowMs: DAY_MS }),
  guessesByAccount: () => ({ points: 15, windowMs: DAY_MS }),
  guessesByAccountAndNetwork: () => ({ points: 10, windowMs: DAY_MS }),
  guessesByBrowser: () => ({ points: 10, windowMs: DAY_MS }),
  /** By email address, whatever the tenant: mails to who is no member of it yet. */
  mailsToNewcomer: () => ({ points: 5, windowMs: DAY_MS }),
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

/** Points that were taken, each by its rule and key. */
export type Points = [name: LimitName, key: string][];

/** Takes a point of each allowance, or of none: throws `RATE_LIMITED` where one of them has none left. */
export const takePoints = async (app: Limited, points: Points): Promise<void> => {
  for (const [taken, [name, key]] of points.entries()) {
    try {
      await limit(app, name, key);
    } catch (error) {
      await giveBackPoints(app, points.slice(0, taken));
      throw error;
    }
  }
};

/** Whether each allowance had a point, which is taken then. */
export const tryPoints = (app: Limited, points: Points): Promise<boolean> =>
  takePoints(app, points).then(
    () => true,
    (error: unknown) => {
      if (hasReason(error, "RATE_LIMITED")) return false;
      throw error;
    },
  );

/** Gives back each point that was taken. */
export const giveBackPoints = async (app: Limited, points: Points): Promise<void> => {
  await Promise.all(points.map(([name, key]) => giveBack(app, name, key)));
};

/** The network of an address as `Client` has it: for an IPv6 /64 the /48 that one site has (RFC 6177), for IPv4 itself. */
export const networkOf = (address: string): string => address.replace(/^((?:[^:]+:){3})[^:]+::\/64$/, "$1:/48");
