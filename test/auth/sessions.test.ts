import { expect, test } from "vitest";
import { me } from "../../server/auth/sessions.ts";
import type { TenantContext } from "../../server/context.ts";
import { newId } from "../../server/id.ts";
import { sharedApp } from "../support/app.ts";

const shared = await sharedApp();

test("a user who is there no more has no session either", async () => {
  const { tenant } = await (await shared.signIn()).caller.auth.me();
  const gone = { app: shared.app, tenantId: tenant.id, userId: newId() } as unknown as TenantContext;
  await expect(me(gone)).rejects.toMatchObject({ reason: "SESSION_REVOKED" });
});
