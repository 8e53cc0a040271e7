import { sql } from "kysely";
import { expect, test } from "vitest";
import { findFile, inTenant, openDb } from "../../db/index.ts";
import { toFile } from "../../server/files/file.ts";
import { newId } from "../../server/id.ts";
import { cleanUp } from "../support/clean-up.ts";
import { databaseOf } from "../support/upgrade.ts";

test("the files of an older database have no warnings, and keep all else", async () => {
  const { place, old } = await databaseOf("0012-finish-cause");
  const [tenantId, ready, failed] = [newId(), newId(), newId()];
  const insert = (row: string) => sql.raw(`insert into ${row}`).execute(old);
  await insert(`tenants (id, slug, name) values ('${tenantId}', 'full', 'full')`);
  await sql`select set_config('app.tenant_id', ${tenantId}, false)`.execute(old);
  const failure = JSON.stringify({ reason: "PDF_NO_TEXT", message: "A scan.", pages: [1] });
  for (const [id, status] of Object.entries({ [ready]: "ready", [failed]: "failed" }))
    await insert(`files (tenant_id, id, sha256, name, size_bytes, status, page_count, chunk_count, failure)
      values ('${tenantId}', '${id}', '${id.replaceAll("-", "").repeat(2)}', 'old.pdf', 1, '${status}', 1, 1,
        ${status === "failed" ? `'${failure}'` : "null"})`);
  await old.destroy();

  const db = await openDb(place);
  cleanUp(() => db.close());
  const rows = await inTenant(db, tenantId, async (trx) => [await findFile(trx, ready), await findFile(trx, failed)]);
  expect(rows.map((row) => row?.warnings)).toEqual([null, null]);
  const [one, other] = rows.map((row) => row && toFile(row));
  expect(one).toMatchObject({ id: ready, status: "ready", pageCount: 1 });
  expect(one).not.toHaveProperty("warnings");
  expect(other).toMatchObject({ status: "failed", failure: { reason: "PDF_NO_TEXT", pages: [1] } });
});
