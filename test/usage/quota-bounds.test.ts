import { expect, test } from "vitest";
import { inTenant } from "../../db/index.ts";
import { newId } from "../../server/id.ts";
import { record } from "../../server/ledger.ts";
import { reserve, reserving, settle, type Need } from "../../server/quota.ts";
import { sharedApp, type TestUser } from "../support/app.ts";
import { addFile } from "../support/files.ts";

const DAY_MS = 24 * 3_600_000;
const UNLIMITED = { requestsPerDay: null, tokensPerDay: null, files: null, bytes: null };

const shared = await sharedApp();
const { app } = shared;

type Bounds = Partial<Parameters<TestUser["caller"]["admin"]["setQuotas"]>[0]>;
const bounded = async (bounds: Bounds): Promise<TestUser> => {
  const user = await shared.signIn();
  await user.caller.admin.setQuotas({ ...UNLIMITED, ...bounds });
  return user;
};

const spend = ({ tenantId, userId }: TestUser, promptTokens: number) =>
  inTenant(app.db, tenantId, (trx) =>
    record(trx, { kind: "chat", model: "offline", userId, key: newId(), promptTokens }),
  );
const ask = ({ tenantId, userId }: TestUser, need: Need, key: string = newId()) =>
  inTenant(app.db, tenantId, (trx) => reserve(trx, { key, userId, need: () => need }));
const reserved = ({ tenantId }: TestUser) =>
  inTenant(app.db, tenantId, (trx) => trx.selectFrom("reservations").selectAll().execute());
/** In how many milliseconds there is room; null where there never is. */
const roomIn = async (asked: Promise<void>): Promise<number | null> => {
  const refused: unknown = await asked.catch((error: unknown) => error);
  expect(refused).toMatchObject({ reason: "QUOTA_EXCEEDED" });
  const { resetsAt } = (refused as { data: { resetsAt: string | null } }).data;
  return resetsAt === null ? null : Date.parse(resetsAt) - Date.now();
};

test("where nothing is bounded, nothing is reserved, and the most it can come to is not even asked for", async () => {
  const { tenantId, userId } = await shared.signIn();
  const need = (): Need => {
    throw new Error("asked for");
  };
  await inTenant(app.db, tenantId, (trx) => reserve(trx, { key: "k", userId, need }));
});

test("what needs no tokens is let in where the tokens are spent", async () => {
  const user = await bounded({ tokensPerDay: 10 });
  await spend(user, 20);
  await ask(user, { requests: 1, tokens: 0 });
  await expect(ask(user, { requests: 1, tokens: 1 })).rejects.toMatchObject({ reason: "QUOTA_EXCEEDED" });
});

test("what takes the whole of a bound has room in a day, one token more never", async () => {
  const user = await bounded({ tokensPerDay: 1_000 });
  await ask(user, { requests: 1, tokens: 1_000 }, "first");
  await inTenant(app.db, user.tenantId, (trx) => settle(trx, "first"));
  await spend(user, 1);
  const wait = await roomIn(ask(user, { requests: 1, tokens: 1_000 }));
  expect(Math.abs((wait ?? 0) - DAY_MS)).toBeLessThan(60_000);
  expect(await roomIn(ask(user, { requests: 1, tokens: 1_001 }))).toBe(null);
});

test("where only what is reserved stands in the way, there is room in a day at the latest", async () => {
  const user = await bounded({ tokensPerDay: 100 });
  await ask(user, { requests: 1, tokens: 100 });
  const wait = await roomIn(ask(user, { requests: 1, tokens: 1 }));
  expect(wait).toBeGreaterThan(0);
  expect(wait).toBeLessThanOrEqual(DAY_MS + 60_000);
});

test("one bound without room for ever is told before another with room later", async () => {
  const user = await bounded({ requestsPerDay: 1, tokensPerDay: 10 });
  await spend(user, 5);
  expect(await roomIn(ask(user, { requests: 1, tokens: 11 }))).toBe(null);
  expect(await roomIn(ask(user, { requests: 1, tokens: 1 }))).toBeGreaterThan(0);
});

test("a user's tokens are that user's: another's are counted for the tenant alone", async () => {
  const admin = await bounded({ userTokensPerDay: 100, tokensPerDay: 150 });
  const other = await shared.signIn({ tenant: admin.tenant });
  await spend(other, 90);
  await ask(admin, { requests: 1, tokens: 60 });
  await expect(ask(admin, { requests: 1, tokens: 1 })).rejects.toMatchObject({ reason: "QUOTA_EXCEEDED" });
});

test("the same key again replaces what it has reserved, and holds it for half an hour", async () => {
  const user = await bounded({ tokensPerDay: 100 });
  await ask(user, { requests: 1, tokens: 80 }, "key");
  await ask(user, { requests: 1, tokens: 90 }, "key");
  const [reservation, ...more] = await reserved(user);
  expect(more).toEqual([]);
  expect(reservation).toMatchObject({ key: "key", tokens: 90, user_id: user.userId });
  expect(Math.abs(Number(reservation?.expires_at) - Date.now() - 30 * 60_000)).toBeLessThan(60_000);
});

test("a piece of work has its reservation while it runs, and none when it has failed", async () => {
  const user = await bounded({ tokensPerDay: 100 });
  const wanted = { key: "work", userId: user.userId, need: () => ({ requests: 0, tokens: 100 }) };
  const during = await reserving({ app, tenantId: user.tenantId }, wanted, () => reserved(user));
  expect(during).toMatchObject([{ key: "work", tokens: 100 }]);
  const failed = reserving({ app, tenantId: user.tenantId }, wanted, () => Promise.reject(new Error("on purpose")));
  await expect(failed).rejects.toThrow("on purpose");
  expect(await reserved(user)).toEqual([]);
});

const padded = (bytes: number) => Buffer.concat([Buffer.from("%PDF-1.7 "), Buffer.alloc(bytes - 9, newId())]);

test.for(["bytes", "userBytes"] as const)(
  "a file that fills %s to the last one is kept, and no byte more",
  async (bound) => {
    const user = await bounded({ [bound]: 2_000 });
    await addFile(shared, user, { bytes: padded(900) });
    await expect(addFile(shared, user, { bytes: padded(1_101) })).rejects.toMatchObject({
      reason: "QUOTA_EXCEEDED",
      data: { resetsAt: null },
      message: bound === "bytes" ? "The tenant may keep no more files." : "You may keep no more files.",
    });
    await addFile(shared, user, { bytes: padded(1_100) });
  },
);

test("as many files are kept as the tenant may have, whoever they are from", async () => {
  const admin = await bounded({ files: 2 });
  const other = await shared.signIn({ tenant: admin.tenant });
  await addFile(shared, admin, { bytes: padded(100) });
  await addFile(shared, other, { bytes: padded(100) });
  for (const user of [admin, other])
    await expect(addFile(shared, user, { bytes: padded(100) })).rejects.toThrow("The tenant may keep no more files.");
});
