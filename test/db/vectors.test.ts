import { setTimeout as sleep } from "node:timers/promises";
import { sql } from "kysely";
import { fromSql, toSql } from "pgvector";
import { afterEach, expect, test } from "vitest";
import {
  chooseWay,
  findUnembedded,
  insertChunks,
  insertVectors,
  inTenant,
  listVectorIndexes,
  nearest,
  removeFile,
  searchChunks,
  unembedded,
  withVectorIndexer,
  type SearchQuery,
} from "../../db/index.ts";
import { kyselyOf } from "../../db/open.ts";
import type { App } from "../../server/context.ts";
import { createLog } from "../../server/log.ts";
import { keepVectorIndexes } from "../../server/vector-index.ts";
import { newTestTenant, openTestDb } from "../support/db.ts";
import { createCorpus, fillTenant, newChunk, newSpace, startFile } from "../support/synthetic-chunks.ts";

/** Indexes of vectors are built on PostgreSQL alone. */
const onPostgres = test.runIf(process.env["DATABASE_URL"]);

const DIMENSIONS = 64;
const ABOVE = 1_000;
const db = await openTestDb();
const space = await newSpace(db, DIMENSIONS);
const app = {
  db,
  log: createLog("silent"),
  embeddingModelId: space.id,
  model: { embedding: { model: space.name, dimensions: DIMENSIONS } },
} as App;

const keep = (above = ABOVE) =>
  withVectorIndexer(db, async (indexer) => indexer && keepVectorIndexes(app, indexer, { above }));
const indexesOf = async (tenantId: string) =>
  (await listVectorIndexes(db)).filter((index) => index.tenantId === tenantId);

afterEach(async () => {
  for (const { tenantId } of await listVectorIndexes(db))
    await sql`delete from tenants where id = ${tenantId}`.execute(kyselyOf(db));
  await keep();
});

const idsOf = async (tenantId: string, query: Partial<SearchQuery>, limit = 6): Promise<string[]> => {
  const way = await chooseWay(db, tenantId, query);
  const rows = await inTenant(db, tenantId, (trx) => searchChunks(trx, { words: "", limit, ...query, way }));
  return rows.map((row) => row.chunk_id);
};
const nearestTo = (vector: Float32Array) => ({ semantic: { space, vector } });

/** The truth, compared one by one outside of our own search. */
const exactIdsOf = async (tenantId: string, vector: Float32Array, limit = 6): Promise<string[]> =>
  inTenant(db, tenantId, async (trx) => {
    await sql`select set_config('enable_indexscan', 'off', true)`.execute(trx);
    const { rows } = await sql<{ chunk_id: string }>`
      select chunk_id from chunk_embeddings where tenant_id = ${tenantId} and model_id = ${space.id}
      order by embedding <=> ${toSql([...vector])}::halfvec limit ${limit}`.execute(trx);
    return rows.map((row) => row.chunk_id);
  });

onPostgres(
  "tenants of 90, 9, 1 and 0.01% of the chunks find at least 98 of 100 nearest ones, the large one by its own index",
  async () => {
    const corpus = createCorpus(DIMENSIONS);
    const tenants: string[] = [];
    for (const chunks of [9_000, 900, 99, 1]) {
      const tenantId = await newTestTenant(db);
      tenants.push(tenantId);
      await fillTenant(db, { tenantId, space, corpus, chunks });
    }
    await sql`analyze chunk_embeddings`.execute(kyselyOf(db));
    await keep();
    expect((await listVectorIndexes(db)).map((index) => index.tenantId)).toEqual(tenants.slice(0, 1));
    const ways = tenants.map((tenantId) => chooseWay(db, tenantId, nearestTo(corpus.vector())));
    expect(await Promise.all(ways)).toEqual(["index", "few", "few", "few"]);
    for (const tenantId of tenants) {
      let [found, wanted] = [0, 0];
      for (let round = 0; round < 25; round++) {
        const vector = corpus.vector();
        const truth = await exactIdsOf(tenantId, vector);
        const hits = new Set(await idsOf(tenantId, nearestTo(vector)));
        wanted += truth.length;
        found += truth.filter((id) => hits.has(id)).length;
      }
      expect(found / wanted).toBeGreaterThanOrEqual(0.98);
    }
    const plan = await inTenant(db, tenants[0] ?? "", async (trx) => {
      const statement = nearest(trx, { words: "", limit: 6, way: "index", ...nearestTo(corpus.vector()) }, 30);
      return JSON.stringify((await sql`explain ${statement}`.execute(trx)).rows);
    });
    expect(plan).toMatch(/Index Scan using chunk_embeddings_hnsw_/);
  },
  180_000,
);

/** Of all parts of a plan, how many rows were read and left out. */
const leftOut = (plan: unknown): number => {
  if (typeof plan !== "object" || plan === null) return 0;
  const [own, times] = ["Rows Removed by Filter", "Actual Loops"].map((key) => Number(Reflect.get(plan, key) ?? 0));
  return Object.values(plan).reduce((sum: number, part) => sum + leftOut(part), (own ?? 0) * (times ?? 0));
};

test("what has no vector yet is found without reading the others' again and again, whatever the planner knows", async () => {
  const corpus = createCorpus(DIMENSIONS, { seed: 5 });
  const tenantId = await newTestTenant(db);
  await fillTenant(db, { tenantId, space, corpus, chunks: 1_500 });
  for (const table of ["chunks", "chunk_embeddings", "files"]) await sql.raw(`analyze ${table}`).execute(kyselyOf(db));
  const { id: modelId } = await newSpace(db, DIMENSIONS);
  const which = { modelId, limit: 1_000 };
  await inTenant(db, tenantId, async (trx) => {
    const chunks = await findUnembedded(trx, which);
    const vectors = chunks.map(({ id, file_id }) => ({ chunk_id: id, file_id, embedding: corpus.vector() }));
    await insertVectors(trx, modelId, vectors);
  });
  const plan = await inTenant(db, tenantId, (trx) =>
    sql`explain (analyze, format json) ${unembedded(trx, which)}`.execute(trx),
  );
  // Each chunk's vector of the other space, and the chunks that have one of this.
  expect(leftOut(plan.rows)).toBeLessThan(10_000);
  expect(await inTenant(db, tenantId, (trx) => findUnembedded(trx, which))).toHaveLength(500);
});

onPostgres("by the index, too, a file that is not ready is not found, and chosen files alone are", async () => {
  const corpus = createCorpus(DIMENSIONS, { seed: 2 });
  const tenantId = await newTestTenant(db);
  const { fileIds } = await fillTenant(db, { tenantId, space, corpus, chunks: 1_600 });
  await keep();
  const vector = corpus.vector();
  const unfinished = await startFile(db, tenantId);
  const chunk = newChunk(unfinished.fileId, 0, { vector, words: "unfinished" });
  await inTenant(db, tenantId, (trx) => insertChunks(trx, space.id, [chunk]));
  const found = await idsOf(tenantId, nearestTo(vector), 30);
  expect(found).toHaveLength(30);
  expect(found).not.toContain(chunk.id);

  const chosen = fileIds.slice(1, 2);
  const query = { words: "", limit: 30, fileIds: chosen, ...nearestTo(vector) };
  // Of so few, all are compared; of more, the index is asked.
  expect(await chooseWay(db, tenantId, query)).toBe("exact");
  for (const way of ["exact", "index"] as const) {
    const rows = await inTenant(db, tenantId, (trx) => searchChunks(trx, { ...query, way }));
    expect(rows).toHaveLength(30);
    expect(new Set(rows.map((row) => row.file_id))).toEqual(new Set(chosen));
  }
});

onPostgres("a build that was broken off leaves searches exact, and the next round builds it anew", async () => {
  const corpus = createCorpus(DIMENSIONS, { seed: 3 });
  const tenantId = await newTestTenant(db);
  await fillTenant(db, { tenantId, space, corpus, chunks: 3_000 });
  const crash = new AbortController();
  const building = withVectorIndexer(db, async (indexer) => indexer?.build(tenantId, space), crash.signal);
  while ((await indexesOf(tenantId)).length === 0) await sleep(5);
  crash.abort();
  await building;
  expect(await indexesOf(tenantId)).toMatchObject([{ valid: false }]);
  const vector = corpus.vector();
  expect(await idsOf(tenantId, nearestTo(vector))).toEqual(await exactIdsOf(tenantId, vector));

  // The server notices within a second that nobody waits for the build.
  for (let round = 0; round < 100; round++) {
    await keep();
    if ((await indexesOf(tenantId))[0]?.valid) break;
    await sleep(100);
  }
  expect(await indexesOf(tenantId)).toMatchObject([{ valid: true }]);
  const before = await indexesOf(tenantId);
  await keep();
  expect(await indexesOf(tenantId)).toEqual(before);
});

onPostgres("the index goes when its tenant has shrunk, and when its tenant is gone", async () => {
  const corpus = createCorpus(DIMENSIONS, { seed: 4 });
  const tenants = [await newTestTenant(db), await newTestTenant(db)] as const;
  const [shrinking] = tenants;
  let files: string[] = [];
  for (const tenantId of tenants)
    ({ fileIds: files } = await fillTenant(db, { tenantId, space, corpus, chunks: 1_500 }));
  await keep();
  expect(await listVectorIndexes(db)).toHaveLength(2);
  await sql`delete from tenants where id = ${shrinking}`.execute(kyselyOf(db));
  await keep();
  expect((await listVectorIndexes(db)).map((index) => index.tenantId)).toEqual([tenants[1]]);
  for (const fileId of files.slice(0, 1)) await inTenant(db, tenants[1], (trx) => removeFile(trx, fileId));
  await keep();
  expect(await listVectorIndexes(db)).toEqual([]);
});

test("vectors keep their values, whichever way they are handed over", async () => {
  const corpus = createCorpus(DIMENSIONS, { seed: 5 });
  const tenantId = await newTestTenant(db);
  const { fileId } = await startFile(db, tenantId);
  const vector = corpus.vector();
  const chunks = [newChunk(fileId, 0, { vector, words: "one" }), newChunk(fileId, 1, { vector, words: "" })];
  const other = await newSpace(db, DIMENSIONS);
  const stored = await inTenant(db, tenantId, async (trx) => {
    await insertChunks(trx, space.id, chunks);
    const vectors = chunks.map(({ id }) => ({ chunk_id: id, file_id: fileId, embedding: vector }));
    await insertVectors(trx, other.id, vectors);
    await insertVectors(trx, other.id, vectors);
    return trx.selectFrom("chunk_embeddings").select("embedding").execute();
  });
  expect(stored).toHaveLength(4);
  for (const { embedding } of stored) {
    const values = fromSql(embedding);
    if (!Array.isArray(values)) throw new Error("a vector is a list");
    for (const [index, value] of values.entries()) expect(value).toBeCloseTo(vector[index] ?? 0, 3);
  }
});

test("the longest vectors that can be configured are kept and compared too", async () => {
  const longest = { ...space, ...(await newSpace(db, 4_000)) };
  const corpus = createCorpus(longest.dimensions, { topics: 2, seed: 6 });
  const tenantId = await newTestTenant(db);
  const { fileIds } = await fillTenant(db, { tenantId, space: longest, corpus, chunks: 3 });
  const { rows } = await inTenant(db, tenantId, (trx) =>
    sql<{ chunk_id: string; embedding: string }>`
      select chunk_id, embedding::text as embedding from chunk_embeddings where file_id = any(${fileIds})`.execute(trx),
  );
  expect(rows).toHaveLength(3);
  for (const row of rows) {
    const vector = Float32Array.from(JSON.parse(row.embedding) as number[]);
    expect(vector).toHaveLength(4_000);
    const [first] = await idsOf(tenantId, { semantic: { space: longest, vector } });
    expect(first).toBe(row.chunk_id);
  }
});

test("one process at a time keeps the indexes", async () => {
  let others = 0;
  await withVectorIndexer(db, async (indexer) => {
    if (indexer) await withVectorIndexer(db, async () => void others++);
  });
  expect(others).toBe(0);
  await withVectorIndexer(db, async () => void others++);
  expect(others).toBe(1);
});
