import { expect, test } from "vitest";
import { findOrCreateTenant, inTenant, putInvitation } from "../../db/index.ts";
import { newId } from "../../server/id.ts";
import { LIMIT_RULES } from "../../server/rate-limit.ts";
import { createCaller } from "../../server/router.ts";
import { codeIn, contextOf, sharedApp, startTestApp, type TestApp } from "../support/app.ts";
import { waitFor } from "../support/server-process.ts";

const anonymous = ({ app }: TestApp, tenant: string | undefined) =>
  createCaller(contextOf(app, { tenantSlug: tenant }));
const signedIn = ({ app }: TestApp, accessToken: string) => createCaller(contextOf(app, { accessToken }));

const shared = await sharedApp();

/** An address that no other test asks a code for: they are counted by address, whatever the tenant. */
const newEmail = () => `${newId()}@example.org`;

test("the first user of a tenant is its admin, the next one a member, and both come back as themselves", async () => {
  const tenant = shared.newTenant();
  const email = newEmail();
  const first = await shared.signIn({ tenant, email });
  const second = await shared.signIn({ tenant });
  const again = await shared.signIn({ tenant, email: `${email.toUpperCase()} ` });
  expect(await first.caller.auth.me()).toMatchObject({
    user: { id: first.userId, email, role: "admin" },
    tenant: { slug: tenant },
  });
  expect((await second.caller.auth.me()).user.role).toBe("member");
  expect(again.userId).toBe(first.userId);
});

test("two who are first at the same time make one admin", async () => {
  const tenant = shared.newTenant();
  const users = await Promise.all([1, 2, 3, 4].map(() => shared.signIn({ tenant })));
  const roles = await Promise.all(users.map(async (user) => (await user.caller.auth.me()).user.role));
  expect(roles.toSorted()).toEqual(["admin", "member", "member", "member"]);
});

test("a code tells when it ends: ten minutes from now", async () => {
  const asked = Date.now();
  const { expiresAt } = await anonymous(shared, shared.newTenant()).auth.requestCode({ email: newEmail() });
  expect(expiresAt.getTime()).toBeGreaterThanOrEqual(asked + 600_000);
  expect(expiresAt.getTime()).toBeLessThanOrEqual(Date.now() + 600_000);
});

test("of twenty who verify one code at once, one gets in", async () => {
  const caller = anonymous(shared, shared.newTenant());
  const { challengeId } = await caller.auth.requestCode({ email: newEmail() });
  const code = codeIn(shared.printed.at(-1));
  const results = await Promise.allSettled(
    Array.from({ length: 20 }, () => caller.auth.verifyCode({ challengeId, code })),
  );
  expect(results.filter((result) => result.status === "fulfilled")).toHaveLength(1);
});

test("five wrong codes end the challenge, even for the right one", async () => {
  const caller = anonymous(shared, shared.newTenant());
  const { challengeId } = await caller.auth.requestCode({ email: newEmail() });
  const code = codeIn(shared.printed.at(-1));
  const wrong = code === "000000" ? "000001" : "000000";
  for (let attempt = 0; attempt < 5; attempt++)
    await expect(caller.auth.verifyCode({ challengeId, code: wrong })).rejects.toMatchObject({
      cause: { reason: "CODE_INVALID" },
    });
  await expect(caller.auth.verifyCode({ challengeId, code })).rejects.toMatchObject({
    cause: { reason: "TOO_MANY_ATTEMPTS" },
  });
});

test("a used code, an unknown challenge and a code of another tenant open nothing", async () => {
  const tenant = shared.newTenant();
  const caller = anonymous(shared, tenant);
  const { challengeId } = await caller.auth.requestCode({ email: newEmail() });
  const code = codeIn(shared.printed.at(-1));
  const elsewhere = anonymous(shared, shared.newTenant());
  const foreign = await caller.auth.requestCode({ email: newEmail() });
  await expect(
    elsewhere.auth.verifyCode({ challengeId: foreign.challengeId, code: codeIn(shared.printed.at(-1)) }),
  ).rejects.toMatchObject({ cause: { reason: "TENANT_MISMATCH" } });
  await caller.auth.verifyCode({ challengeId, code });
  await expect(caller.auth.verifyCode({ challengeId, code })).rejects.toMatchObject({
    cause: { reason: "CODE_EXPIRED" },
  });
  await expect(caller.auth.verifyCode({ challengeId: newId(), code })).rejects.toMatchObject({
    cause: { reason: "CODE_EXPIRED" },
  });
});

test("known, unknown and uninvited addresses get the same reply, and only who may come gets a code", async () => {
  const own = await startTestApp({ env: { SIGN_UP: "invited" } });
  const slug = own.newTenant();
  const tenant = await findOrCreateTenant(own.app.db, { id: newId(), slug });
  await inTenant(own.app.db, tenant.id, (trx) =>
    putInvitation(trx, { email: "invited@example.org", role: "admin", invited_by: null }),
  );
  const caller = anonymous(own, slug);
  const invited = await caller.auth.requestCode({ email: "invited@example.org" });
  const unknown = await caller.auth.requestCode({ email: "unknown@example.org" });
  const nowhere = await anonymous(own, own.newTenant()).auth.requestCode({ email: "unknown@example.org" });
  for (const reply of [invited, unknown, nowhere])
    expect(reply).toEqual({ challengeId: expect.stringMatching(/^[\da-f-]{36}$/), expiresAt: expect.any(Date) });
  // Codes go out after the answers.
  await waitFor(() => own.printed[0]);
  await new Promise((resolve) => setTimeout(resolve, 200));
  expect(own.printed).toHaveLength(1);
  const { user } = await caller.auth.verifyCode({ challengeId: invited.challengeId, code: codeIn(own.printed[0]) });
  expect(user.role).toBe("admin");
  await expect(
    caller.auth.verifyCode({ challengeId: unknown.challengeId, code: codeIn(own.printed[0]) }),
  ).rejects.toMatchObject({ cause: { reason: "CODE_INVALID" } });
});

test.for([undefined, "", "Not a slug!", "-x", "x".repeat(64)])("no code without a tenant: %j", async (slug) => {
  await expect(anonymous(shared, slug).auth.requestCode({ email: newEmail() })).rejects.toMatchObject({
    cause: { reason: "TENANT_UNKNOWN" },
  });
});

test("a code that was used is given back: who signs in again and again is not kept out", async () => {
  const who = { tenant: shared.newTenant(), email: newEmail() };
  for (let n = 0; n < 6; n++) await shared.signIn(who);
});

test("a person who belongs to no tenant gets five mails a day at most, in however many tenants' names, and hears no difference", async () => {
  const email = newEmail();
  const { points } = LIMIT_RULES.mailsToNewcomer();
  for (let n = 0; n < points + 3; n++) {
    const reply = await anonymous(shared, shared.newTenant()).auth.requestCode({ email });
    expect(reply).toEqual({ challengeId: expect.any(String), expiresAt: expect.any(Date) });
  }
  expect(shared.printed.filter((line) => line.includes(email))).toHaveLength(points);
});

test("signing out ends the session at once; another session of the user goes on, and can be revoked from there", async () => {
  const who = { tenant: shared.newTenant(), email: newEmail() };
  const [here, there] = [await shared.signIn(who), await shared.signIn(who)];
  const { items } = await there.caller.auth.sessions();
  expect(items.map((session) => session.current)).toEqual([true, false]);
  await here.caller.auth.signOut();
  await expect(here.caller.auth.me()).rejects.toMatchObject({ cause: { reason: "SESSION_REVOKED" } });
  const third = await shared.signIn(who);
  const other = (await third.caller.auth.sessions()).items.find((session) => !session.current);
  if (!other) throw new Error("the other session is listed");
  await third.caller.auth.revokeSession({ sessionId: other.id });
  await expect(there.caller.auth.me()).rejects.toMatchObject({ cause: { reason: "SESSION_REVOKED" } });
  await third.caller.auth.me();
});

test("a token names its tenant, and a header that disagrees is refused", async () => {
  const user = await shared.signIn();
  const mismatched = createCaller(
    contextOf(shared.app, { accessToken: user.accessToken, tenantSlug: shared.newTenant() }),
  );
  await expect(mismatched.auth.me()).rejects.toMatchObject({ cause: { reason: "TENANT_MISMATCH" } });
  await createCaller(contextOf(shared.app, { accessToken: user.accessToken, tenantSlug: user.tenant })).auth.me();
});

test("without a token, or with a made-up one, nobody is signed in", async () => {
  for (const accessToken of ["", "nonsense"])
    await expect(signedIn(shared, accessToken).auth.me()).rejects.toMatchObject({ cause: { reason: "NOT_SIGNED_IN" } });
});

test("a member may not do what an admin may; the last admin stays one", async () => {
  const tenant = shared.newTenant();
  const admin = await shared.signIn({ tenant });
  const member = await shared.signIn({ tenant });
  await expect(member.caller.admin.members()).rejects.toMatchObject({ cause: { reason: "FORBIDDEN" } });
  const { items } = await admin.caller.admin.members();
  expect(items.map((user) => user.role)).toEqual(["admin", "member"]);
  const [self, other] = items;
  if (!self || !other) throw new Error("two members");
  await expect(admin.caller.admin.setRole({ userId: self.id, role: "member" })).rejects.toMatchObject({
    cause: { reason: "INVALID_INPUT" },
  });
  await admin.caller.admin.setRole({ userId: other.id, role: "admin" });
  expect((await member.caller.admin.members()).items).toHaveLength(2);
  await admin.caller.admin.removeMember({ userId: other.id });
  await expect(member.caller.auth.me()).rejects.toMatchObject({ cause: { reason: "SESSION_REVOKED" } });
  const actions = (await admin.caller.admin.audit({})).items.map((entry) => entry.action);
  expect(actions).toEqual(["member_removed", "role_changed", "signed_in", "signed_in"]);
});
