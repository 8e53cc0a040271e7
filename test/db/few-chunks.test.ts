import { sql } from "kysely";
import { expect, test } from "vitest";
import {
  askTenant,
  chooseWay,
  findChunksAt,
  insertChunks,
  inTenant,
  searchChunks,
  type SearchQuery,
  type SearchWay,
  type TenantDb,
} from "../../db/index.ts";
import { newTestTenant, openTestDb } from "../support/db.ts";
import { createCorpus, fillTenant, newChunk, newSpace, startFile, vacuum } from "../support/synthetic-chunks.ts";

const DIMENSIONS = 32;
const db = await openTestDb();
const space = await newSpace(db, DIMENSIONS);
const corpus = createCorpus(DIMENSIONS, { topics: 5 });

const newQuery = (): SearchQuery => ({
  semantic: { space, vector: corpus.vector() },
  words: corpus.words(4),
  limit: 20,
});

const newTenant = async (chunks: number) => {
  const tenantId = await newTestTenant(db);
  const { fileIds } = await fillTenant(db, { tenantId, space, corpus, chunks });
  return { tenantId, fileIds };
};

const find = (tenantId: string, query: SearchQuery, way: SearchWay) =>
  askTenant(db, tenantId, (trx) => searchChunks(trx, { ...query, way }));

/** How often these tables have been read from end to end, in this transaction. */
const countScans = async (trx: TenantDb): Promise<number> => {
  const { rows } = await sql<{ scans: number }>`
    select sum(seq_scan)::int as scans from pg_stat_xact_user_tables
    where relname in ('chunks', 'chunk_embeddings', 'files')`.execute(trx);
  return rows[0]?.scans ?? Number.NaN;
};

// The first of them: the tables are small.
test("a plan that was made when the tables were small does not read all of them when they have grown", async () => {
  const scansOf = ({ tenantId, fileIds }: { tenantId: string; fileIds: string[] }) =>
    inTenant(db, tenantId, async (trx) => {
      const before = await countScans(trx);
      await searchChunks(trx, { ...newQuery(), way: "few" });
      expect(await findChunksAt(trx, [{ file_id: fileIds[0] ?? "", ordinal: 1 }])).toHaveLength(1);
      return (await countScans(trx)) - before;
    });
  const small = await newTenant(3);
  await vacuum(db);
  expect(await scansOf(small)).toBe(0);
  expect(await scansOf(await newTenant(800))).toBe(0);
});

test("a tenant of few chunks is searched by the statement that is planned once, a larger one is not", async () => {
  const [few, more] = [await newTenant(40), await newTenant(1_501)];
  expect(await chooseWay(db, few.tenantId, newQuery())).toBe("few");
  expect(await chooseWay(db, more.tenantId, newQuery())).toBe("exact");
  expect(await chooseWay(db, few.tenantId, { fileIds: few.fileIds })).toBe("exact");
});

test("what is planned once finds the same, in all files and in chosen ones, as often as it is asked", async () => {
  const empty = { tenantId: await newTestTenant(db), fileIds: [] };
  const tenants = [
    { ...(await newTenant(300)), finds: 20 },
    { ...(await newTenant(7)), finds: 7 },
    { ...empty, finds: 0 },
  ];
  for (let round = 0; round < 8; round++)
    for (const { tenantId, fileIds, finds } of tenants)
      for (const chosen of [{}, { fileIds: fileIds.slice(0, 1) }]) {
        const query = { ...newQuery(), ...chosen };
        const found = await find(tenantId, query, "few");
        expect(found).toEqual(await find(tenantId, query, "exact"));
        expect(found).toHaveLength(finds);
      }
});

test("a file that is not ready is not found, whatever was planned before it came", async () => {
  const { tenantId } = await newTenant(5);
  const query = newQuery();
  await find(tenantId, query, "few");
  const { fileId } = await startFile(db, tenantId);
  const vector = query.semantic?.vector ?? corpus.vector();
  const chunk = newChunk(fileId, 0, { vector, words: query.words });
  await inTenant(db, tenantId, (trx) => insertChunks(trx, space.id, [chunk]));
  const found = await find(tenantId, query, "few");
  expect(found).toHaveLength(5);
  expect(found.map((row) => row.chunk_id)).not.toContain(chunk.id);
});
