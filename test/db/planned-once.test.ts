import { sql } from "kysely";
import { expect, test } from "vitest";
import { askTenant, holdQuotas, inTenant, setQuotas } from "../../db/index.ts";
import { PLANNED_ONCE } from "../../db/planned-once.ts";
import { newTestTenant, openTestDb } from "../support/db.ts";

const db = await openTestDb();

const UNBOUNDED = {
  requests_per_day: null,
  tokens_per_day: null,
  files: null,
  bytes: null,
  user_requests_per_day: null,
  user_tokens_per_day: null,
  user_files: null,
  user_bytes: null,
};
/** PostgreSQL plans a statement for its values at first, and then once. */
const ROUNDS = 10;

test("what is planned once sees the tenant of its transaction alone", async () => {
  const [one, other] = [await newTestTenant(db), await newTestTenant(db)];
  await inTenant(db, one, (trx) => setQuotas(trx, UNBOUNDED));
  const count = (tenantId: string) =>
    askTenant(db, tenantId, async (trx) => {
      const { rows } = await sql<{ count: number }>`select count(*)::int as count from quotas ${PLANNED_ONCE}`.execute(
        trx,
      );
      return rows[0]?.count;
    });
  for (let round = 0; round < ROUNDS; round++) expect([await count(one), await count(other)]).toEqual([1, 0]);
});

test("a connection that has lost what it kept, as behind a pooler that does not know of it, fails one call at most", async () => {
  const tenantId = await newTestTenant(db);
  const ask = () => inTenant(db, tenantId, holdQuotas);
  await ask();
  await inTenant(db, tenantId, (trx) => sql`deallocate all`.execute(trx));
  await ask().catch(() => {});
  await expect(ask()).resolves.toBeUndefined();
  await expect(ask()).resolves.toBeUndefined();
});
