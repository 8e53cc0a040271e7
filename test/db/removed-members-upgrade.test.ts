import { sql } from "kysely";
import { expect, test } from "vitest";
import { inTenant, listInvitations, openDb } from "../../db/index.ts";
import { newId } from "../../server/id.ts";
import { cleanUp } from "../support/clean-up.ts";
import { databaseOf } from "../support/upgrade.ts";

test("an older database's invitations get their inviter from the audit log, and those of removed members go", async () => {
  const { place, old } = await databaseOf("0007-few-chunks");
  const [tenantId, admin, demoted, gone] = [newId(), newId(), newId(), newId()];
  const insert = (row: string) => sql.raw(`insert into ${row}`).execute(old);
  await insert(`tenants (id, slug, name) values ('${newId()}', 'empty', 'empty'), ('${tenantId}', 'full', 'full')`);
  await sql`select set_config('app.tenant_id', ${tenantId}, false)`.execute(old);
  for (const [id, role] of Object.entries({ [admin]: "admin", [demoted]: "member" }))
    await insert(`users (tenant_id, id, email, role) values ('${tenantId}', '${id}', '${id}@example.org', '${role}')`);
  const invited = (email: string) =>
    insert(`invitations (tenant_id, email, role) values ('${tenantId}', '${email}', 'admin')`);
  const audited = (email: string, actor: string, action = "invited") =>
    insert(`audit_log (tenant_id, id, actor_id, action, subject)
      values ('${tenantId}', '${newId()}', '${actor}', '${action}', '${email}')`);
  for (const [email, actor] of Object.entries({ "by-admin": admin, "by-demoted": demoted, "by-gone": gone })) {
    await invited(email);
    await audited(email, actor);
  }
  // Invited anew by the operator, who leaves no entry.
  await audited("by-operator", gone);
  await audited("by-operator", admin, "uninvited");
  await invited("by-operator");
  for (const userId of [admin, gone])
    await insert(`idempotency_keys (tenant_id, user_id, key, fingerprint, holder, held_until)
      values ('${tenantId}', '${userId}', 'a-key-of-old', 'f', '${newId()}', now())`);
  await old.destroy();

  const db = await openDb(place);
  cleanUp(() => db.close());
  const [invitations, keys] = await inTenant(db, tenantId, async (trx) => [
    await listInvitations(trx, { limit: 10 }),
    await trx.selectFrom("idempotency_keys").select("user_id").execute(),
  ]);
  expect(invitations.map(({ email, role, invited_by }) => [email, role, invited_by])).toEqual([
    ["by-admin", "admin", admin],
    ["by-demoted", "member", demoted],
    ["by-operator", "admin", null],
  ]);
  expect(keys).toEqual([{ user_id: admin }]);
});
