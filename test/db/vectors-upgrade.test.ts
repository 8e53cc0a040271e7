import { sql } from "kysely";
import { expect, test } from "vitest";
import { findServedModel, inTenant, openDb, searchChunks } from "../../db/index.ts";
import { newId } from "../../server/id.ts";
import { cleanUp } from "../support/clean-up.ts";
import { databaseOf } from "../support/upgrade.ts";

test("a database of the first schema keeps its vectors: they serve, in the space they were made in", async () => {
  const { place, old } = await databaseOf("0001-initial");
  const [tenantId, fileId, chunkId] = [newId(), newId(), newId()];
  await sql`select set_config('app.tenant_id', ${tenantId}, false)`.execute(old);
  for (const row of [
    `embedding_models (name, dimensions) values ('other', 2), ('first', 2)`,
    `tenants (id, slug, name) values ('${newId()}', 'empty', 'empty'), ('${tenantId}', 'full', 'full')`,
    `files (tenant_id, id, sha256, name, size_bytes, status) values ('${tenantId}', '${fileId}', 'x', 'x.pdf', 1, 'ready')`,
    `chunks (tenant_id, id, file_id, ordinal, text, tokens, page_from, page_to, spans, search)
      values ('${tenantId}', '${chunkId}', '${fileId}', 0, 'herons', 1, 1, 1, '[]', to_tsvector('english', 'herons'))`,
    `chunk_embeddings values ('${tenantId}', 2, '${chunkId}', '${fileId}', '[1,0]')`,
  ])
    await sql.raw(`insert into ${row}`).execute(old);
  await old.destroy();

  const db = await openDb(place);
  cleanUp(() => db.close());
  const space = await inTenant(db, tenantId, findServedModel);
  expect(space).toEqual({ id: 2, name: "first", dimensions: 2 });
  if (!space) return;
  const semantic = { space, vector: Float32Array.of(1, 0) };
  const rows = await inTenant(db, tenantId, (trx) => searchChunks(trx, { semantic, words: "heron", limit: 6 }));
  expect(rows).toMatchObject([{ chunk_id: chunkId, rank: expect.closeTo(2 / 61, 5) }]);
});
