import { expect, test } from "vitest";
import { me, signOut } from "../../server/auth/sessions.ts";
import type { TenantContext } from "../../server/context.ts";
import { newId } from "../../server/id.ts";
import { createLog } from "../../server/log.ts";
import { sharedApp } from "../support/app.ts";

const shared = await sharedApp();

test("a user who is there no more has no session either", async () => {
  const { tenant } = await (await shared.signIn()).caller.auth.me();
  const gone = { app: shared.app, tenantId: tenant.id, userId: newId() } as unknown as TenantContext;
  await expect(me(gone)).rejects.toMatchObject({ reason: "SESSION_REVOKED" });
});

test("ending a session is written down once, and by what ended it", async () => {
  const one = await shared.signIn();
  const other = await shared.signIn(one);
  const { items } = await other.caller.auth.sessions();
  const [sessionId = "", ownId = ""] = [false, true].map((own) => items.find(({ current }) => current === own)?.id);
  await other.caller.auth.revokeSession({ sessionId });
  await expect(other.caller.auth.revokeSession({ sessionId })).rejects.toMatchObject({ code: "NOT_FOUND" });
  await expect(one.caller.auth.me()).rejects.toMatchObject({ code: "UNAUTHORIZED" });
  await other.caller.auth.signOut();
  const admin = await shared.signIn(one);
  const ended = (await admin.caller.admin.audit({})).items.filter(({ action }) => action !== "signed_in");
  expect(ended.map(({ action, actorId, subject }) => [action, actorId, subject])).toEqual([
    ["signed_out", one.userId, ownId],
    ["session_revoked", one.userId, sessionId],
  ]);
});

test("a session ends on its instance while the others cannot be told", async () => {
  const { app } = shared;
  const user = await shared.signIn();
  const { items } = await user.caller.auth.sessions();
  const sessionId = items[0]?.id ?? "";
  const lines: string[] = [];
  const publish = () => Promise.reject(new Error("the store is away"));
  const alone = { ...app, keyValue: { ...app.keyValue, publish }, log: createLog("warn", (line) => lines.push(line)) };
  expect(app.sessions.has(sessionId)).toBe(true);
  await signOut({ ...user, app: alone, sessionId } as unknown as TenantContext);
  expect(app.sessions.has(sessionId)).toBe(false);
  expect(lines.map((line) => JSON.parse(line))).toEqual([
    expect.objectContaining({
      level: "warn",
      event: "session end not announced",
      error: expect.stringContaining("Error"),
    }),
  ]);
});
