import { describe, expect, test } from "vitest";
import { createSession, findOrCreateTenant, inTenant, putInvitation } from "../../db/index.ts";
import { newId } from "../../server/id.ts";
import { maintain } from "../../server/maintenance.ts";
import { createCaller } from "../../server/router.ts";
import { contextOf, startTestApp, type TestUser } from "../support/app.ts";
import { closeOf, converse, openSocket } from "../http/socket.ts";
import { askForCode, signInReason } from "./codes.ts";

const ROUNDS = 12;
const newEmail = () => `${newId()}@example.org`;

const apps = {
  open: await startTestApp({ env: { SIGN_UP: "open" } }),
  invited: await startTestApp({ env: { SIGN_UP: "invited" } }),
};

test("maintenance forgets expired sessions and old revocations, and never who was removed", async () => {
  const { app, signIn, newTenant } = apps.open;
  const tenant = newTenant();
  const [admin, removed, guest] = [await signIn({ tenant }), await signIn({ tenant }), newEmail()];
  await admin.caller.admin.removeMember({ userId: removed.userId });
  await admin.caller.admin.invite({ email: guest });
  await admin.caller.admin.uninvite({ email: guest });
  const left = () =>
    inTenant(app.db, admin.tenantId, async (trx) => ({
      emails: await trx.selectFrom("revoked_emails").select("email").orderBy("email").execute(),
      sessions: await trx.selectFrom("sessions").select("id").execute(),
    }));
  await maintain(app);
  const before = await left();
  expect(before).toMatchObject({ emails: { length: 2 }, sessions: { length: 1 } });
  await inTenant(app.db, admin.tenantId, async (trx) => {
    const longAgo = new Date(Date.now() - 25 * 3_600_000);
    await trx.updateTable("revoked_emails").set({ revoked_at: longAgo }).execute();
    const session = { id: newId(), user_id: admin.userId, user_agent: null, expires_at: longAgo };
    await createSession(trx, session);
  });
  await maintain(app);
  expect(await left()).toEqual({ emails: [{ email: removed.email }], sessions: before.sessions });
});

describe.for(["open", "invited"] as const)("where SIGN_UP=%s", (signUp) => {
  const app = apps[signUp];
  const refused = signUp === "open" ? "FORBIDDEN" : "CODE_INVALID";

  /** A tenant with an admin that the operator invited. */
  const newTenant = async () => {
    const { id, slug: tenant } = await findOrCreateTenant(app.app.db, { id: newId(), slug: app.newTenant() });
    const invitedByOperator = (email: string) =>
      inTenant(app.app.db, id, (trx) => putInvitation(trx, { email, role: "admin", invited_by: null }));
    const email = newEmail();
    await invitedByOperator(email);
    const admin = await app.signIn({ tenant, email });
    const join = async (role: "admin" | "member"): Promise<TestUser> => {
      const who = { tenant, email: newEmail() };
      await admin.caller.admin.invite({ email: who.email, role });
      return app.signIn(who);
    };
    const reasonOf = (who: string) => signInReason(app, { tenant, email: who }, admin);
    return { tenant, admin, join, invitedByOperator, reasonOf };
  };

  test("a login code that was requested before the removal signs nobody in", async () => {
    const { tenant, admin, join } = await newTenant();
    const member = await join("member");
    const { verify } = await askForCode(app, { tenant, email: member.email });
    await admin.caller.admin.removeMember({ userId: member.userId });
    await expect(verify()).rejects.toMatchObject({ cause: { reason: "CODE_EXPIRED" } });
    expect((await admin.caller.admin.members()).items.map(({ id }) => id)).toEqual([admin.userId]);
  });

  test("an invitation that an admin issued to itself goes with it, as do those that it issued to others", async () => {
    const { tenant, admin, join, reasonOf } = await newTenant();
    const second = await join("admin");
    const [friend, guest] = [newEmail(), newEmail()];
    for (const email of [second.email, friend]) await second.caller.admin.invite({ email, role: "admin" });
    await admin.caller.admin.invite({ email: guest });
    const { verify } = await askForCode(app, { tenant, email: friend });
    await admin.caller.admin.removeMember({ userId: second.userId });
    expect((await admin.caller.admin.invitations()).items.map(({ email }) => email)).toEqual([guest]);
    expect(await reasonOf(second.email)).toBe(refused);
    // Where anybody may sign up, the other one still may; as no more than that.
    const role = await verify().then(
      ({ user }) => user.role,
      () => "none",
    );
    expect(role).toBe(signUp === "open" ? "member" : "none");
  });

  test("the address comes back by an invitation of after, with its role; codes of before stay void", async () => {
    const { tenant, admin, join, reasonOf } = await newTenant();
    const member = await join("admin");
    const place = { tenant, email: member.email };
    const before = await askForCode(app, place);
    await admin.caller.admin.removeMember({ userId: member.userId });
    expect(await reasonOf(member.email)).toBe(refused);
    await admin.caller.admin.invite({ email: member.email });
    await expect(before.verify()).rejects.toMatchObject({ cause: { reason: "CODE_EXPIRED" } });
    const { user } = await (await askForCode(app, place)).verify();
    expect(user).toMatchObject({ email: member.email, role: "member" });
    expect(user.id).not.toBe(member.userId);
    // Now a member like any other: no invitation is needed for the next sign-in.
    await (await askForCode(app, place)).verify();
  });

  test("an invitation that was taken back takes its login codes along, and readmits nobody", async () => {
    const { tenant, admin, join, reasonOf } = await newTenant();
    const guest = newEmail();
    await admin.caller.admin.invite({ email: guest, role: "admin" });
    const { verify } = await askForCode(app, { tenant, email: guest });
    await admin.caller.admin.uninvite({ email: guest });
    await expect(verify()).rejects.toMatchObject({ cause: { reason: "CODE_EXPIRED" } });

    const member = await join("member");
    await admin.caller.admin.removeMember({ userId: member.userId });
    await admin.caller.admin.invite({ email: member.email });
    await admin.caller.admin.uninvite({ email: member.email });
    expect(await reasonOf(member.email)).toBe(refused);
  });

  test("an invitation to be an admin makes a member once its issuer is no admin; the operator's stands", async () => {
    const { tenant, admin, join, invitedByOperator } = await newTenant();
    const second = await join("admin");
    const [guest, chosen] = [newEmail(), newEmail()];
    await second.caller.admin.invite({ email: guest, role: "admin" });
    await invitedByOperator(chosen);
    const roleOf = async (email: string) =>
      (await admin.caller.admin.invitations()).items.find((item) => item.email === email)?.role;
    expect([await roleOf(guest), await roleOf(chosen)]).toEqual(["admin", "admin"]);
    await admin.caller.admin.setRole({ userId: second.userId, role: "member" });
    expect([await roleOf(guest), await roleOf(chosen)]).toEqual(["member", "admin"]);
    await admin.caller.admin.removeMember({ userId: second.userId });
    await invitedByOperator(guest);
    await second.caller.admin.invite({ email: guest }).catch(() => {});
    for (const email of [guest, chosen])
      expect((await (await askForCode(app, { tenant, email })).verify()).user.role).toBe("admin");
  });

  test("a sign-in and a removal at one moment leave no session, whichever comes first", async () => {
    const { tenant, admin, join } = await newTenant();
    for (let round = 0; round < ROUNDS; round++) {
      const member = await join("member");
      const { verify } = await askForCode(app, { tenant, email: member.email });
      const remove = () => admin.caller.admin.removeMember({ userId: member.userId });
      const early = round % 2 === 0 ? undefined : remove();
      const [signedIn, removed] = await Promise.allSettled([verify(), early ?? remove()]);
      expect(removed.status).toBe("fulfilled");
      if (signedIn.status === "rejected") expect(signedIn.reason).toMatchObject({ cause: { reason: "CODE_EXPIRED" } });
      const accessToken = signedIn.status === "fulfilled" ? signedIn.value.accessToken : member.accessToken;
      await expect(createCaller(contextOf(app.app, { accessToken })).auth.me()).rejects.toMatchObject({
        cause: { reason: "SESSION_REVOKED" },
      });
      expect((await admin.caller.admin.members()).items).toHaveLength(1);
    }
  });

  test("sessions, sockets, invitations and idempotency keys end, for one that removes itself too", async () => {
    const { tenant, admin, join } = await newTenant();
    const second = await join("admin");
    const { accessToken } = await (await askForCode(app, { tenant, email: second.email })).verify();
    const other = { caller: createCaller(contextOf(app.app, { accessToken })) };
    const ws = await openSocket(app.url, { token: accessToken });
    await converse(ws, { id: 1, method: "query", params: { path: "auth.me" } }, ({ id }) => id === 1);
    const keyed = () =>
      createCaller(contextOf(app.app, { accessToken: second.accessToken, idempotencyKey: newId() })).admin;
    await keyed().invite({ email: newEmail() });
    const closed = closeOf(ws);
    expect(await keyed().removeMember({ userId: second.userId })).toEqual({ ok: true });
    expect(await closed).toEqual({ code: 4401, reason: "SESSION_REVOKED" });
    for (const { caller } of [second, other])
      await expect(caller.auth.me()).rejects.toMatchObject({ cause: { reason: "SESSION_REVOKED" } });
    const left = await inTenant(app.app.db, admin.tenantId, async (trx) => [
      await trx.selectFrom("sessions").select("user_id").where("user_id", "=", second.userId).execute(),
      await trx.selectFrom("idempotency_keys").select("user_id").where("user_id", "=", second.userId).execute(),
      await trx.selectFrom("invitations").select("email").execute(),
    ]);
    expect(left).toEqual([[], [], []]);
    const audited = (await admin.caller.admin.audit({})).items.filter(({ actorId }) => actorId === second.userId);
    expect(audited.map(({ action }) => action)).toEqual(["member_removed", "invited", "signed_in", "signed_in"]);
    await expect(admin.caller.admin.removeMember({ userId: admin.userId })).rejects.toMatchObject({
      cause: { reason: "INVALID_INPUT" },
    });
  });
});
