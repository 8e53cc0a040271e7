import { expect, test } from "vitest";
import {
  advanceIngest,
  askTenant,
  chooseWay,
  insertChunks,
  inTenant,
  searchChunks,
  type SearchQuery,
  type SearchWay,
} from "../../db/index.ts";
import { newTestTenant, openTestDb } from "../support/db.ts";
import { createCorpus, fillTenant, newChunk, newSpace, startFile } from "../support/synthetic-chunks.ts";

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

test("a tenant of few chunks is searched by the statement that is planned once, a larger one is not", async () => {
  const [few, more] = [await newTenant(40), await newTenant(1_501)];
  expect(await chooseWay(db, few.tenantId, newQuery())).toBe("few");
  expect(await chooseWay(db, more.tenantId, newQuery())).toBe("exact");
  expect(await chooseWay(db, few.tenantId, { fileIds: few.fileIds })).toBe("exact");
});

test("nor is a tenant while a large file of its is being ingested, whose chunks are there already", async () => {
  const { tenantId } = await newTenant(40);
  const run = await startFile(db, tenantId);
  await inTenant(db, tenantId, (trx) => advanceIngest(trx, run, { chunks: 500, page: 1, pageCount: 1, total: 1_500 }));
  expect(await chooseWay(db, tenantId, newQuery())).toBe("exact");
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
