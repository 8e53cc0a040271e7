import { expect, test } from "vitest";
import { inTenant, revokeSessions } from "../../db/index.ts";
import { authenticate } from "../../server/auth/authenticate.ts";
import { newId } from "../../server/id.ts";
import { sharedApp, type TestUser } from "../support/app.ts";

const { app, signIn, newTenant } = await sharedApp();

const claimsOf = async ({ accessToken }: TestUser) => {
  const { tenantId, userId, sessionId } = await app.tokens.verify(accessToken);
  return { tenantId, userId, sessionId };
};
const enterWith = async (claims: Awaited<ReturnType<typeof claimsOf>>) => {
  const { accessToken } = await app.tokens.sign(claims);
  return authenticate(app, { accessToken, tenantSlug: undefined });
};
const revoke = ({ tenantId, userId }: TestUser) => inTenant(app.db, tenantId, (trx) => revokeSessions(trx, userId));
const knownOf = async (user: TestUser) => {
  const known = app.sessions.get((await claimsOf(user)).sessionId);
  if (!known) throw new Error("a session that was just looked up is remembered");
  return known;
};

test("a session that is remembered is one user's in one tenant: a token that puts another to it opens nothing", async () => {
  const tenant = newTenant();
  const [ada, ben, eve] = [await signIn({ tenant }), await signIn({ tenant }), await signIn()];
  const claims = await claimsOf(ada);
  const { tenantId, userId } = eve;
  for (const other of [{ userId: ben.userId }, { tenantId }, { tenantId, userId }]) {
    await enterWith(claims);
    await expect(enterWith({ ...claims, ...other })).rejects.toMatchObject({ reason: "SESSION_REVOKED" });
  }
  await expect(enterWith(claims)).resolves.toMatchObject({ ...claims, tenantSlug: tenant, role: "admin" });
});

test("a revocation elsewhere is noticed after a second at the latest, and by the call that comes then", async () => {
  const user = await signIn();
  const claims = await claimsOf(user);
  await enterWith(claims);
  await revoke(user);
  const known = await knownOf(user);
  known.at = Date.now() - 1_000;
  await expect(enterWith(claims)).rejects.toMatchObject({ reason: "SESSION_REVOKED" });
});

test("a session younger than that is not looked up, neither by the call nor ahead of the next", async () => {
  const user = await signIn();
  const claims = await claimsOf(user);
  await enterWith(claims);
  const known = await knownOf(user);
  const at = (known.at = Date.now() - 300);
  await revoke(user);
  await enterWith(claims);
  expect(known).toMatchObject({ at, renewing: false });
});

test("a session that was used within the minute is not written to", async () => {
  const user = await signIn();
  const { sessionId } = await claimsOf(user);
  const seen = (secondsAgo: number) =>
    inTenant(app.db, user.tenantId, async (trx) => {
      const last_seen_at = new Date(Date.now() - secondsAgo * 1_000);
      await trx.updateTable("sessions").where("id", "=", sessionId).set({ last_seen_at }).execute();
      return last_seen_at;
    });
  const lastSeen = async () => {
    app.sessions.clear();
    return (await user.caller.auth.sessions()).items[0]?.lastSeenAt;
  };
  const recently = await seen(50);
  expect(await lastSeen()).toEqual(recently);
  const before = await seen(61);
  expect(Number(await lastSeen())).toBeGreaterThan(before.getTime());
});

test("no more than ten thousand sessions are remembered", async () => {
  const user = await signIn();
  const claims = await claimsOf(user);
  await enterWith(claims);
  const known = await knownOf(user);
  app.sessions.clear();
  for (let n = 0; n < 10_000; n += 1) app.sessions.set(newId(), known);
  await enterWith(claims);
  expect(app.sessions.size).toBe(10_000);
  expect(app.sessions.has(claims.sessionId)).toBe(true);
});

test("calls of one session that come together look it up once, and one that has ended is not remembered", async () => {
  const user = await signIn();
  const claims = await claimsOf(user);
  app.sessions.clear();
  const calls = Array.from({ length: 20 }, () => enterWith(claims));
  await expect.poll(() => app.sessions.size, { interval: 1 }).toBe(1);
  const known = await knownOf(user);
  const { session } = known;
  await Promise.all(calls);
  expect(await knownOf(user)).toBe(known);
  expect(known.session).toBe(session);
  await user.caller.auth.signOut();
  await expect(enterWith(claims)).rejects.toMatchObject({ reason: "SESSION_REVOKED" });
  expect(app.sessions.has(claims.sessionId)).toBe(false);
});

test("a session in steady use is looked up ahead of time, once, and one that has ended meanwhile is forgotten", async () => {
  const user = await signIn();
  const claims = await claimsOf(user);
  await enterWith(claims);
  const known = await knownOf(user);
  const { session } = known;
  known.at = Date.now() - 800;
  await Promise.all([enterWith(claims), enterWith(claims), enterWith(claims)]);
  await expect.poll(() => known.renewing).toBe(false);
  expect(known.session).not.toBe(session);
  expect(await knownOf(user)).toBe(known);
  await revoke(user);
  known.at = Date.now() - 800;
  await enterWith(claims);
  await expect.poll(() => app.sessions.has(claims.sessionId)).toBe(false);
  await expect(enterWith(claims)).rejects.toMatchObject({ reason: "SESSION_REVOKED" });
});
