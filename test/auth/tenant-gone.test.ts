import { expect, test } from "vitest";
import { findOrCreateTenant, inTenant, putInvitation } from "../../db/index.ts";
import { asSystem } from "../../db/tenancy.ts";
import { newId } from "../../server/id.ts";
import { startTestApp } from "../support/app.ts";

test("where only the invited may come, a code for a tenant that is gone meanwhile signs nobody in", async () => {
  const app = await startTestApp({ env: { SIGN_UP: "invited" } });
  const { db } = app.app;
  const slug = app.newTenant();
  const email = `${newId()}@example.org`;
  const tenant = await findOrCreateTenant(db, { id: newId(), slug });
  await inTenant(db, tenant.id, (trx) => putInvitation(trx, { email, role: "member", invited_by: null }));
  const { delivery } = app.app;
  const { sendCode } = delivery;
  delivery.sendCode = async (mail) => {
    await asSystem(db).updateTable("tenants").set({ slug: app.newTenant() }).where("id", "=", tenant.id).execute();
    await sendCode(mail);
  };
  await expect(app.signIn({ tenant: slug, email })).rejects.toMatchObject({ cause: { reason: "CODE_EXPIRED" } });
});
