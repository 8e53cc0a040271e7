import { createServer, type AddressInfo } from "node:net";
import { once } from "node:events";
import { afterAll, expect, test } from "vitest";
import { createMemoryKeyValue } from "../../server/key-value/memory.ts";
import { createRedisKeyValue } from "../../server/key-value/redis.ts";
import { giveBack, limit, LIMIT_RULES, type LimitName } from "../../server/rate-limit.ts";

const MINUTE_MS = 60_000;

/** A port where nobody listens. */
const server = createServer().listen(0, "127.0.0.1");
await once(server, "listening");
const { port } = server.address() as AddressInfo;
server.close();
await once(server, "close");

const away = createRedisKeyValue(`redis://127.0.0.1:${port}`);
const local = createMemoryKeyValue();
const app = { keyValue: away, local, config: { rateLimitPerMinute: 2 } };
const near = { ...app, keyValue: local };
afterAll(async () => {
  await away.close();
  await local.close();
});

test("while the shared store is away, a signed-in user's calls go on and are counted here", async () => {
  await limit(app, "callsByUser", "user");
  await limit(app, "callsByUser", "user");
  await expect(limit(app, "callsByUser", "user")).rejects.toMatchObject({ reason: "RATE_LIMITED" });
});

const GUARDS = (Object.keys(LIMIT_RULES) as LimitName[]).filter((name) => name !== "callsByUser");

test.for(GUARDS)("while the shared store is away, what guards sign-in lets nobody through: %s", async (name) => {
  await expect(limit(app, name, "key")).rejects.toThrow();
  await expect(limit(app, name, "key")).rejects.not.toMatchObject({ reason: "RATE_LIMITED" });
});

test("giving back to a store that is away fails nothing", async () => {
  await expect(giveBack(app, "codesByAddress", "key")).resolves.toBeUndefined();
});

test("what is given back can be used again, once", async () => {
  const ask = () => limit(near, "codesByAddress", "address");
  for (let n = 0; n < 3; n++) await ask();
  await giveBack(near, "codesByAddress", "address");
  await ask();
  await expect(ask()).rejects.toMatchObject({ reason: "RATE_LIMITED" });
});

test("codes and guesses are as few as the documents say", () => {
  expect(GUARDS.map((name) => ({ name, ...LIMIT_RULES[name](7) }))).toEqual([
    { name: "callsByAddress", points: 7, windowMs: MINUTE_MS },
    { name: "codesByClient", points: 30, windowMs: 10 * MINUTE_MS },
    { name: "codesByAddress", points: 3, windowMs: 10 * MINUTE_MS },
    { name: "codesByAddressDaily", points: 5, windowMs: 24 * 60 * MINUTE_MS },
    { name: "codesByTenant", points: 300, windowMs: 10 * MINUTE_MS },
    { name: "verifiesByClient", points: 100, windowMs: 10 * MINUTE_MS },
  ]);
});
