import { once } from "node:events";
import { createServer, type AddressInfo } from "node:net";
import { afterAll, describe, expect, it, test } from "vitest";
import { LIMITS } from "../server/contract/limits.ts";
import { createMemoryKeyValue } from "../server/key-value/memory.ts";
import { createRedisKeyValue } from "../server/key-value/redis.ts";
import {
  giveBack,
  giveBackPoints,
  limit,
  LIMIT_RULES,
  networkOf,
  tryPoints,
  type LimitName,
  type Points,
} from "../server/rate-limit.ts";

const PER_MINUTE = 4;
const keyValue = createMemoryKeyValue();
const app = { keyValue, local: keyValue, config: { rateLimitPerMinute: PER_MINUTE } };

const callsUntilRefused = async (name: LimitName, key: string): Promise<number> => {
  for (let calls = 0; ; calls += 1) {
    try {
      await limit(app, name, key);
    } catch {
      return calls;
    }
  }
};

describe("rate limits", () => {
  afterAll(() => app.keyValue.close());

  it("let a user call as often in a minute as configured, and then say how long to wait", async () => {
    for (let call = 0; call < PER_MINUTE; call += 1) await limit(app, "callsByUser", "user");
    const refused = await limit(app, "callsByUser", "user").catch((error: unknown) => error);
    expect(refused).toMatchObject({ reason: "RATE_LIMITED", data: { retryAfterMs: expect.any(Number) } });
    const { retryAfterMs } = (refused as { data: { retryAfterMs: number } }).data;
    expect(retryAfterMs).toBeGreaterThan(0);
    expect(retryAfterMs).toBeLessThanOrEqual(60_000);
  });

  it("leave other users alone", async () => {
    await callsUntilRefused("callsByUser", "busy");
    await expect(limit(app, "callsByUser", "calm")).resolves.toBeUndefined();
  });

  it.each(Object.keys(LIMIT_RULES) as LimitName[])("hold %s to its own allowance", async (name) => {
    expect(await callsUntilRefused(name, "key")).toBe(LIMIT_RULES[name](PER_MINUTE).points);
  });

  it("leave at most fifty guesses a day at one account", () => {
    const [anyone, browsers] = [LIMIT_RULES.guessesByAccount(), LIMIT_RULES.guessesByBrowser()];
    for (const { windowMs } of [anyone, browsers]) expect(windowMs).toBe(24 * 3_600_000);
    // Any 24 hours may hold the end of one window and the beginning of the next.
    expect(2 * (anyone.points + browsers.points)).toBeLessThanOrEqual(50);
  });

  it("leave codes and guesses at an account to others when one network has used up its own", () => {
    expect(LIMIT_RULES.codesByAccountAndNetwork().points).toBeLessThan(LIMIT_RULES.codesByAccount().points);
    const left = LIMIT_RULES.guessesByAccount().points - LIMIT_RULES.guessesByAccountAndNetwork().points;
    expect(left).toBeGreaterThanOrEqual(LIMITS.codeAttempts);
  });

  it("take a point of each allowance or of none", async () => {
    const points: Points = [
      ["codesByClient", "all or none"],
      ["codesByAccountAndNetwork", "all or none"],
    ];
    for (let n = 0; n < 3; n += 1) expect(await tryPoints(app, points)).toBe(true);
    for (let n = 0; n < 5; n += 1) expect(await tryPoints(app, points)).toBe(false);
    expect(await callsUntilRefused("codesByClient", "all or none")).toBe(LIMIT_RULES.codesByClient().points - 3);
    await giveBackPoints(app, points);
    expect(await tryPoints(app, points)).toBe(true);
  });
});

const MINUTE_MS = 60_000;
const DAY_MS = 24 * 60 * MINUTE_MS;

/** A port where nobody listens. */
const server = createServer().listen(0, "127.0.0.1");
await once(server, "listening");
const { port } = server.address() as AddressInfo;
server.close();
await once(server, "close");

const away = createRedisKeyValue(`redis://127.0.0.1:${port}`);
const local = createMemoryKeyValue();
const cut = { keyValue: away, local, config: { rateLimitPerMinute: 2 } };
const near = { ...cut, keyValue: local };
afterAll(async () => {
  await away.close();
  await local.close();
});

test("while the shared store is away, a signed-in user's calls go on and are counted here", async () => {
  await limit(cut, "callsByUser", "user");
  await limit(cut, "callsByUser", "user");
  await expect(limit(cut, "callsByUser", "user")).rejects.toMatchObject({ reason: "RATE_LIMITED" });
});

const GUARDS = (Object.keys(LIMIT_RULES) as LimitName[]).filter((name) => name !== "callsByUser");

test.for(GUARDS)("while the shared store is away, what guards sign-in lets nobody through: %s", async (name) => {
  await expect(limit(cut, name, "key")).rejects.toThrow();
  await expect(limit(cut, name, "key")).rejects.not.toMatchObject({ reason: "RATE_LIMITED" });
});

test("giving back to a store that is away fails nothing", async () => {
  await expect(giveBack(cut, "codesByAccount", "key")).resolves.toBeUndefined();
});

test("what is given back can be used again, once", async () => {
  const ask = () => limit(near, "codesByAccount", "account");
  for (let n = 0; n < 5; n++) await ask();
  await giveBack(near, "codesByAccount", "account");
  await ask();
  await expect(ask()).rejects.toMatchObject({ reason: "RATE_LIMITED" });
});

test("codes and guesses are as few as the documents say", () => {
  expect(GUARDS.map((name) => ({ name, ...LIMIT_RULES[name](7) }))).toEqual([
    { name: "callsByAddress", points: 7, windowMs: MINUTE_MS },
    { name: "codesByClient", points: 100, windowMs: 10 * MINUTE_MS },
    { name: "codesByNetwork", points: 300, windowMs: 10 * MINUTE_MS },
    { name: "codesByAccount", points: 5, windowMs: DAY_MS },
    { name: "codesByAccountAndNetwork", points: 3, windowMs: DAY_MS },
    { name: "resendsByAccount", points: 5, windowMs: DAY_MS },
    { name: "codesByBrowser", points: 10, windowMs: DAY_MS },
    { name: "guessesByAccount", points: 15, windowMs: DAY_MS },
    { name: "guessesByAccountAndNetwork", points: 10, windowMs: DAY_MS },
    { name: "guessesByBrowser", points: 10, windowMs: DAY_MS },
    { name: "mailsToNewcomer", points: 5, windowMs: DAY_MS },
  ]);
});

test.each([
  ["2001:db8:1:2::/64", "2001:db8:1::/48"],
  ["2001:db8:0:0::/64", "2001:db8:0::/48"],
  ["192.0.2.7", "192.0.2.7"],
  ["unknown", "unknown"],
])("the client %s is of the network %s", (address, network) => {
  expect(networkOf(address)).toBe(network);
});
