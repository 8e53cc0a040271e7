import { expect, test, vi } from "vitest";
import { inTenant, revokeSessions } from "../../db/index.ts";
import { me } from "../../server/auth/sessions.ts";
import type { TenantContext } from "../../server/context.ts";
import { newId } from "../../server/id.ts";
import { sharedApp } from "../support/app.ts";

const shared = await sharedApp();

test("when a session was last seen is known to the minute", async () => {
  const ada = await shared.signIn();
  const { tenant } = await ada.caller.auth.me();
  const before = new Date(Date.now() - 120_000);
  await inTenant(shared.app.db, tenant.id, (trx) =>
    trx.updateTable("sessions").where("tenant_id", "=", tenant.id).set({ last_seen_at: before }).execute(),
  );
  shared.app.sessions.clear();
  const { items } = await ada.caller.auth.sessions();
  expect(Date.now() - (items[0]?.lastSeenAt.getTime() ?? 0)).toBeLessThan(60_000);
});

test("no more than ten thousand sessions are remembered", async () => {
  const ada = await shared.signIn();
  await ada.caller.auth.me();
  const [known] = shared.app.sessions.values();
  if (!known) throw new Error("a session that was just looked up is remembered");
  shared.app.sessions.clear();
  for (let n = 0; n < 10_000; n += 1) shared.app.sessions.set(newId(), known);
  await ada.caller.auth.me();
  expect(shared.app.sessions.size).toBe(1);
});

test("a user who is there no more has no session either", async () => {
  const { tenant } = await (await shared.signIn()).caller.auth.me();
  const gone = { app: shared.app, tenantId: tenant.id, userId: newId() } as unknown as TenantContext;
  await expect(me(gone)).rejects.toMatchObject({ reason: "SESSION_REVOKED" });
});

test("calls of one session that come together look it up once, and one that has ended is not remembered", async () => {
  const ada = await shared.signIn();
  shared.app.sessions.clear();
  const calls = Array.from({ length: 20 }, () => ada.caller.auth.me());
  await vi.waitFor(() => expect(shared.app.sessions.size).toBe(1), { interval: 1 });
  const [known] = shared.app.sessions.values();
  await Promise.all(calls);
  expect([...shared.app.sessions.values()]).toEqual([known]);
  await ada.caller.auth.signOut();
  await expect(ada.caller.auth.me()).rejects.toMatchObject({ cause: { reason: "SESSION_REVOKED" } });
  expect(shared.app.sessions.size).toBe(0);
});

test("a session in steady use is looked up ahead of time, and one that has ended meanwhile is forgotten", async () => {
  const ada = await shared.signIn();
  shared.app.sessions.clear();
  const { user, tenant } = await ada.caller.auth.me();
  const [known] = shared.app.sessions.values();
  if (!known) throw new Error("a session that was just looked up is remembered");
  const old = () => (known.at = Date.now() - 800);
  const before = old();
  await ada.caller.auth.me();
  await vi.waitFor(() => expect(known).toMatchObject({ renewing: false, at: expect.toSatisfy((at) => at > before) }));
  await inTenant(shared.app.db, tenant.id, (trx) => revokeSessions(trx, user.id));
  old();
  await ada.caller.auth.me();
  await vi.waitFor(() => expect(shared.app.sessions.size).toBe(0));
  await expect(ada.caller.auth.me()).rejects.toMatchObject({ cause: { reason: "SESSION_REVOKED" } });
});
