import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Kysely, PGliteDialect, PostgresDialect, sql } from "kysely";
import { Migrator } from "kysely/migration";
import { Pool } from "pg";
import { expect, test } from "vitest";
import { findServedModel, inTenant, openDb, searchChunks } from "../../db/index.ts";
import * as initial from "../../db/migrations/0001-initial.ts";
import type { DbOptions } from "../../db/open.ts";
import { startPglite } from "../../db/pglite/pglite.ts";
import { newId } from "../../server/id.ts";
import { cleanUp } from "../support/clean-up.ts";
import { databaseUrl, onServer } from "../support/database.ts";

const server = process.env["DATABASE_URL"];

/** A database of its own, and how the first release opened it. */
const newPlace = async (): Promise<{ place: DbOptions; old: Kysely<unknown> }> => {
  if (server === undefined) {
    const dataDir = await mkdtemp(join(tmpdir(), "docuchat-upgrade-"));
    cleanUp(() => rm(dataDir, { recursive: true, force: true }));
    const pglite = startPglite({ dataDir: join(dataDir, "postgres") });
    return { place: { dataDir }, old: new Kysely({ dialect: new PGliteDialect({ pglite }) }) };
  }
  const name = `test_${newId().replaceAll("-", "")}`;
  await onServer(server, `create database ${name}`);
  cleanUp(() => onServer(server, `drop database if exists ${name} with (force)`));
  const url = databaseUrl(server, name);
  const pool = new Pool({ connectionString: url, max: 1 });
  return { place: { url }, old: new Kysely({ dialect: new PostgresDialect({ pool }) }) };
};

test("a database of the first schema keeps its vectors: they serve, in the space they were made in", async () => {
  const { place, old } = await newPlace();
  const [tenantId, fileId, chunkId] = [newId(), newId(), newId()];
  await new Migrator({
    db: old,
    provider: { getMigrations: async () => ({ "0001-initial": initial }) },
  }).migrateToLatest();
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
