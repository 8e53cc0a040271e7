import { afterAll, describe, expect, it } from "vitest";
import { LIMITS } from "../server/contract/limits.ts";
import { createMemoryKeyValue } from "../server/key-value/memory.ts";
import { limit, LIMIT_RULES, type LimitName } from "../server/rate-limit.ts";

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
    expect(retryAfterMs).toBeGreaterThan(55_000);
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
    const { points, windowMs } = LIMIT_RULES.codesByAddressDaily();
    expect(windowMs).toBe(24 * 3_600_000);
    // Any 24 hours may hold the end of one window and the beginning of the next.
    expect(2 * points * LIMITS.codeAttempts).toBeLessThanOrEqual(50);
  });
});
