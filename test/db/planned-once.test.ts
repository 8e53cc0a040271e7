import { sql } from "kysely";
import { expect, test } from "vitest";
import { holdQuotas, inTenant } from "../../db/index.ts";
import { newTestTenant, openTestDb } from "../support/db.ts";

const db = await openTestDb();

test("a connection that has lost what it kept, as behind a pooler that does not know of it, fails one call at most", async () => {
  const tenantId = await newTestTenant(db);
  const ask = () => inTenant(db, tenantId, holdQuotas);
  await ask();
  await inTenant(db, tenantId, (trx) => sql`deallocate all`.execute(trx));
  await ask().catch(() => {});
  await expect(ask()).resolves.toBeUndefined();
  await expect(ask()).resolves.toBeUndefined();
});
