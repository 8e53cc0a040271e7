import { expect, test } from "vitest";
import { findFile, holdMembership, inTenant } from "../../db/index.ts";
import { newId } from "../../server/id.ts";
import { createCaller } from "../../server/router.ts";
import { contextOf, sharedApp, type TestUser } from "../support/app.ts";
import { addFile } from "../support/files.ts";
import { makePdf } from "../support/pdf.ts";
import { call, reasonOf } from "../isolation/call.ts";
import type { Ids } from "../isolation/people.ts";
import { procedures, ROWS } from "../isolation/rows.ts";

const ROUNDS = 12;
const shared = await sharedApp();
const { app } = shared;
const adminPaths = Object.keys(procedures).filter((path) => path.startsWith("admin."));

/** What a server knows of a session may be old: here it stays so. */
const keepKnown = async ({ caller, userId }: TestUser) => {
  await caller.auth.me();
  for (const known of app.sessions.values()) if (known.claims.userId === userId) known.at = Infinity;
};

const two = async () => {
  const tenant = shared.newTenant();
  const [admin, other] = [await shared.signIn({ tenant }), await shared.signIn({ tenant })];
  await admin.caller.admin.setRole({ userId: other.userId, role: "admin" });
  return { admin, other, tenantId: admin.tenantId };
};

const demote = ({ tenantId, userId }: TestUser) =>
  inTenant(app.db, tenantId, (trx) =>
    trx.updateTable("users").set({ role: "member" }).where("id", "=", userId).execute(),
  );
const endSessions = ({ tenantId, userId }: TestUser) =>
  inTenant(app.db, tenantId, (trx) =>
    trx.updateTable("sessions").set({ revoked_at: new Date() }).where("user_id", "=", userId).execute(),
  );

/** Everything that an admin's call could change. */
const stateOf = (tenantId: string) =>
  inTenant(app.db, tenantId, async (trx) => ({
    users: await trx.selectFrom("users").select(["id", "role"]).orderBy("id").execute(),
    invitations: await trx.selectFrom("invitations").selectAll().execute(),
    quotas: await trx.selectFrom("quotas").selectAll().execute(),
    audit: await trx.selectFrom("audit_log").select("id").orderBy("id").execute(),
    files: await trx.selectFrom("files").select("id").orderBy("id").execute(),
  }));

/** The call of an admin who gives itself back what it had, or takes it from the other. */
const inputOf = (path: string, { admin, other }: { admin: TestUser; other: TestUser }): unknown => {
  const userId = path === "admin.setRole" ? other.userId : admin.userId;
  const ids = { userId, email: "guest@example.org", sessionId: newId() } as Ids;
  return ROWS[path]?.input?.(ids);
};

test("there are calls for admins only", () => {
  expect(adminPaths.length).toBeGreaterThan(8);
  expect(adminPaths.filter((path) => ROWS[path]?.for !== "admin")).toEqual([]);
});

test.for([
  ["whose role was taken", demote, "FORBIDDEN"],
  ["whose session has ended", endSessions, "SESSION_REVOKED"],
] as const)("an admin %s can make no call that only an admin may, before the server has noticed", async (row) => {
  const [, change, reason] = row;
  const people = await two();
  const { admin, other, tenantId } = people;
  await admin.caller.admin.invite({ email: "guest@example.org" });
  await keepKnown(other);
  await change(other);
  const before = await stateOf(tenantId);
  const caller = { accessToken: other.accessToken, tenantSlug: other.tenant };
  for (const path of adminPaths) {
    const got = await call(shared, { path, caller, input: inputOf(path, people) }).then(() => "an answer", reasonOf);
    expect([path, got]).toEqual([path, reason]);
  }
  expect(await stateOf(tenantId)).toEqual(before);
});

test("the role at the moment of the removal decides whose files one may remove, and whose usage one sees", async () => {
  const { admin, other, tenantId } = await two();
  const file = await addFile(shared, admin, { bytes: await makePdf(["Only its owner's."]) });
  expect((await other.caller.usage.summary()).tenant).toBeDefined();
  await keepKnown(other);
  await demote(other);
  await expect(other.caller.files.remove({ fileId: file.id })).rejects.toMatchObject({
    cause: { reason: "FORBIDDEN" },
  });
  expect((await other.caller.usage.summary()).tenant).toBeUndefined();
  await keepKnown(admin);
  await endSessions(admin);
  await expect(admin.caller.files.remove({ fileId: file.id })).rejects.toMatchObject({
    cause: { reason: "SESSION_REVOKED" },
  });
  expect(await inTenant(app.db, tenantId, (trx) => findFile(trx, file.id))).toBeDefined();
});

test("calls of an admin that wait while its role is taken are refused", async () => {
  const people = await two();
  const { admin, other, tenantId } = people;
  const file = await addFile(shared, admin, { bytes: await makePdf(["Not for long."]) });
  await keepKnown(other);
  const [held, goOn] = [Promise.withResolvers<void>(), Promise.withResolvers<void>()];
  const demoting = inTenant(app.db, tenantId, async (trx) => {
    await holdMembership(trx);
    await trx.updateTable("users").set({ role: "member" }).where("id", "=", other.userId).execute();
    held.resolve();
    await goOn.promise;
  });
  await held.promise;
  const before = adminPaths.filter((path) => procedures[path]?._def.type === "mutation");
  const caller = { accessToken: other.accessToken, tenantSlug: other.tenant };
  const racing = [
    ...before.map((path) => ({ path, caller, input: inputOf(path, people) })),
    { path: "files.remove", caller, input: { fileId: file.id } },
  ].map((what) => call(shared, what).then(() => "an answer", reasonOf));
  goOn.resolve();
  await demoting;
  expect(new Set(await Promise.all(racing))).toEqual(new Set(["FORBIDDEN"]));
  const { users } = await stateOf(tenantId);
  expect(users.find(({ id }) => id === other.userId)?.role).toBe("member");
});

type Attack = (by: TestUser, on: TestUser) => Promise<unknown>;
const demotes: Attack = (by, on) => by.caller.admin.setRole({ userId: on.userId, role: "member" });
const removes: Attack = (by, on) => by.caller.admin.removeMember({ userId: on.userId });

test.for<[what: string, one: Attack, other: Attack, reasons: string[]]>([
  ["demote", demotes, demotes, ["FORBIDDEN"]],
  ["remove", removes, removes, ["SESSION_REVOKED"]],
  ["demote and remove", demotes, removes, ["FORBIDDEN", "SESSION_REVOKED"]],
])("of two admins who %s each other at one moment, one succeeds", async ([, first, second, reasons]) => {
  for (let round = 0; round < ROUNDS; round++) {
    const { admin, other, tenantId } = await two();
    const results = await Promise.allSettled([first(admin, other), second(other, admin)]);
    const lost = results.flatMap((result) => (result.status === "rejected" ? [reasonOf(result.reason)] : []));
    expect(lost).toHaveLength(1);
    expect(reasons).toContain(lost[0]);
    const { users } = await stateOf(tenantId);
    expect(users.filter(({ role }) => role === "admin")).toHaveLength(1);
  }
});

test("admins' calls of every kind at one moment never fail but for the caller's role", async () => {
  const { admin, other, tenantId } = await two();
  const files = await Promise.all(
    ["a", "b"].map(async (text) => addFile(shared, admin, { bytes: await makePdf([text]) })),
  );
  const works = [
    ...[admin, other].flatMap((by) => [
      () => by.caller.admin.members(),
      () => by.caller.admin.invite({ email: `${newId()}@example.org` }),
      () => by.caller.admin.setQuotas({ requestsPerDay: 9, tokensPerDay: null, files: null, bytes: null }),
      () => by.caller.usage.summary(),
      () => by.caller.auth.sessions(),
    ]),
    ...files.map((file) => () => other.caller.files.remove({ fileId: file.id })),
    () => shared.signIn({ tenant: admin.tenant }),
    () => demotes(admin, other),
    () => removes(other, admin),
  ];
  const results = await Promise.allSettled(works.map((work) => work()));
  const reasons = results.flatMap((result) => (result.status === "rejected" ? [reasonOf(result.reason)] : []));
  expect(reasons.filter((reason) => !["FORBIDDEN", "SESSION_REVOKED"].includes(reason))).toEqual([]);
  const { users } = await stateOf(tenantId);
  expect(users.filter(({ role }) => role === "admin")).toHaveLength(1);
});

test("an idempotent call is answered again only to who may still make it", async () => {
  const { admin, other } = await two();
  const idempotencyKey = newId();
  const again = (user: TestUser) => createCaller(contextOf(app, { accessToken: user.accessToken, idempotencyKey }));
  const invite = (user: TestUser) => again(user).admin.invite({ email: "guest@example.org" });
  expect(await invite(other)).toEqual({ ok: true });
  expect(await invite(other)).toEqual({ ok: true });
  await keepKnown(other);
  await demote(other);
  await expect(invite(other)).rejects.toMatchObject({ cause: { reason: "FORBIDDEN" } });
  const rename = (user: TestUser) => again(user).auth.revokeSession({ sessionId: newId() });
  await endSessions(other);
  for (const replay of [invite, rename])
    await expect(replay(other)).rejects.toMatchObject({ cause: { reason: "SESSION_REVOKED" } });
  expect((await admin.caller.admin.audit({})).items.filter(({ action }) => action === "invited")).toHaveLength(1);
});

test("an upload is answered again only while its sender is signed in", async () => {
  const user = await shared.signIn();
  const key = newId();
  const body = new FormData();
  const bytes = new Uint8Array(await makePdf(["Sent twice."]));
  body.append("file", new Blob([bytes], { type: "application/pdf" }), "twice.pdf");
  const headers = { authorization: `Bearer ${user.accessToken}`, "idempotency-key": key };
  const upload = async () => (await fetch(`${shared.url}/v1/files`, { method: "POST", headers, body })).status;
  expect([await upload(), await upload()]).toEqual([201, 201]);
  await keepKnown(user);
  await endSessions(user);
  expect(await upload()).toBe(401);
});
