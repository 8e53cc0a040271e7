import { sql } from "kysely";
import { expect, test } from "vitest";
import { kyselyOf } from "../../db/open.ts";
import { openTestDb } from "../support/db.ts";

test("long texts are compressed with LZ4 where the database server was built with it", async () => {
  const db = kyselyOf(await openTestDb());
  const { rows } = await sql<{ column: string; compression: string; known: boolean }>`
    select format('%s.%s', attrelid::regclass, attname) as column, attcompression as compression,
      (select 'lz4' = any(enumvals) from pg_settings where name = 'default_toast_compression') as known
    from pg_attribute where (attrelid, attname) in (('pages'::regclass, 'text'), ('pages'::regclass, 'lines'),
      ('chunks'::regclass, 'text'), ('chunks'::regclass, 'spans'), ('chunks'::regclass, 'search'))`.execute(db);
  expect(rows).toHaveLength(5);
  for (const { compression, known } of rows) expect(compression).toBe(known ? "l" : "");
});
