// `node bench/vectors.ts [chunks] [dimensions] [words per chunk]`: vectors at size on the PostgreSQL server that DATABASE_URL names, as a
// table: inserting, recall@6 against comparing one by one, and hybrid search. It makes a database of its own and drops it.
import { sql } from "kysely";
import {
  askTenant,
  chooseWay,
  findOrCreateTenant,
  findUnembedded,
  insertVectors,
  inTenant,
  openDb,
  searchChunks,
  withVectorIndexer,
  type Db,
  type VectorSpace,
} from "../db/index.ts";
import type { App } from "../server/context.ts";
import { newId } from "../server/id.ts";
import { createLog } from "../server/log.ts";
import { keepVectorIndexes } from "../server/vector-index.ts";
import { databaseUrl, dropDatabase, onServer } from "../test/support/database.ts";
import { createCorpus, fillTenant, newSpace, vacuum, type Corpus } from "../test/support/synthetic-chunks.ts";
import { percentile } from "./figures.ts";

const [chunks = 100_000, dimensions = 256, wordsPerChunk = 200] = process.argv.slice(2).map(Number);
const SHARES = [0.9, 0.09, 0.01, 0.0001];
const SMALL_TENANTS = 1_000;
/** Those that find nothing in memory yet are not counted. */
const WARM_UP = 30;
const QUERIES = 100;
const WORDS_PER_QUERY = 8;

const server = process.env["DATABASE_URL"];
if (!server) throw new Error("bench/vectors.ts needs DATABASE_URL, as `npm run services --` sets it");

const print = (...cells: (string | number)[]) =>
  process.stdout.write(
    `${cells.map((cell, index) => (index ? `${cell}`.padStart(15) : `${cell}`.padEnd(24))).join("")}\n`,
  );
const ms = (values: number[], share: number) => percentile(values, share).toFixed(1);

const exactIds = (
  db: Db,
  tenantId: string,
  { space, vector }: { space: VectorSpace; vector: Float32Array },
): Promise<string[]> =>
  inTenant(db, tenantId, async (trx) => {
    await sql`select set_config('enable_indexscan', 'off', true)`.execute(trx);
    const { rows } = await sql<{ chunk_id: string }>`
      select chunk_id from chunk_embeddings where tenant_id = ${tenantId} and model_id = ${space.id}
      order by embedding <=> ${JSON.stringify([...vector])}::halfvec limit 6`.execute(trx);
    return rows.map((row) => row.chunk_id);
  });

/** What embedding the tenant's chunks anew stores: vectors alone, of chunks that are there. */
const storeVectorsAgain = async (db: Db, dimensions: number, { tenantId, corpus }: Case): Promise<string> => {
  const { id: modelId } = await newSpace(db, dimensions);
  let [count, spentMs] = [0, 0];
  for (let after: string | undefined; ;) {
    const chunks = await inTenant(db, tenantId, (trx) => findUnembedded(trx, { modelId, after, limit: 500 }));
    after = chunks.at(-1)?.id;
    if (chunks.length === 0) return `${Math.round((count / spentMs) * 1_000)}/s`;
    const vectors = chunks.map(({ id, file_id }) => ({ chunk_id: id, file_id, embedding: corpus.vector() }));
    const start = performance.now();
    await inTenant(db, tenantId, (trx) => insertVectors(trx, modelId, vectors));
    spentMs += performance.now() - start;
    count += chunks.length;
  }
};

type Case = { tenantId: string; count: number; corpus: Corpus };

type Query = { words: string; semantic?: { space: VectorSpace; vector: Float32Array } };

const find = async (db: Db, tenantId: string, query: Query, inSql: number[] = []) => {
  const way = await chooseWay(db, tenantId, query);
  return askTenant(db, tenantId, (trx) => timed(inSql, () => searchChunks(trx, { limit: 6, ...query, way })));
};

const timed = async <T>(times: number[], work: () => Promise<T>): Promise<T> => {
  const start = performance.now();
  const result = await work();
  times.push(performance.now() - start);
  return result;
};

/** The share of the nearest by comparing one by one that is found. */
const recall = async (db: Db, space: VectorSpace, { tenantId, corpus }: Case): Promise<number> => {
  let [found, wanted] = [0, 0];
  for (let round = 0; round < QUERIES; round++) {
    const semantic = { space, vector: corpus.vector() };
    const truth = await exactIds(db, tenantId, semantic);
    const ids = new Set((await find(db, tenantId, { words: "", semantic })).map((hit) => hit.chunk_id));
    wanted += truth.length;
    found += truth.filter((id) => ids.has(id)).length;
  }
  return found / wanted;
};

const measure = async (db: Db, space: VectorSpace, each: Case) => {
  const { tenantId, count, corpus } = each;
  const times = { whole: [] as number[], inSql: [] as number[], semantic: [] as number[], text: [] as number[] };
  for (let round = -WARM_UP; round < QUERIES; round++) {
    if (round === 0) for (const values of Object.values(times)) values.length = 0;
    const semantic = { space, vector: corpus.vector() };
    const words = corpus.words(WORDS_PER_QUERY);
    await timed(times.whole, () => find(db, tenantId, { words, semantic }, times.inSql));
    await timed(times.semantic, () => find(db, tenantId, { words: "", semantic }));
    await timed(times.text, () => find(db, tenantId, { words }));
  }
  const sum = (values: number[]) => values.reduce((total, value) => total + value, 0);
  print(
    `${count} chunks`,
    (await recall(db, space, each)).toFixed(3),
    ms(times.whole, 0.5),
    ms(times.whole, 0.95),
    `${((sum(times.inSql) / sum(times.whole)) * 100).toFixed(0)}%`,
    ms(times.semantic, 0.5),
    ms(times.text, 0.5),
  );
};

const name = `bench_${newId().replaceAll("-", "")}`;
await onServer(server, `create database ${name}`);
// As for a database of this size: the graph of a million chunks does not fit into what others get.
await onServer(server, `alter database ${name} set maintenance_work_mem = '4GB'`);
const db = await openDb({ url: databaseUrl(server, name) });
try {
  const space = await newSpace(db, dimensions);
  const corpus = createCorpus(dimensions, { topics: Math.max(100, chunks / 200) });
  const cases: Case[] = [];
  const fill = async (share: number): Promise<Case & { insertMs: number }> => {
    const { id: tenantId } = await findOrCreateTenant(db, { id: newId(), slug: newId() });
    const count = Math.max(1, Math.round(chunks * share));
    const { insertMs } = await fillTenant(db, { tenantId, space, corpus, chunks: count, wordsPerChunk });
    return { tenantId, count, corpus, insertMs };
  };
  for (const share of SHARES) {
    const filled = await fill(share);
    print(`${filled.count} inserted`, `${Math.round((filled.count / filled.insertMs) * 1_000)}/s`);
    cases.push(filled);
  }
  for (let tenant = 1; tenant < SMALL_TENANTS; tenant++) await fill(SHARES.at(-1) ?? 0);
  await vacuum(db);
  const app = {
    db,
    log: createLog("silent"),
    embeddingModelId: space.id,
    model: { embedding: { model: space.name, dimensions } },
  } as App;
  if (cases[1]) print(`${cases[1].count} vectors alone`, await storeVectorsAgain(db, dimensions, cases[1]));
  const start = performance.now();
  await withVectorIndexer(db, async (indexer) => indexer && keepVectorIndexes(app, indexer));
  print("indexes built", `${((performance.now() - start) / 1_000).toFixed(1)} s`);
  print("tenant", "recall@6", "hybrid p50 ms", "p95 ms", "of it SQL", "vector p50 ms", "text p50 ms");
  for (const each of cases) await measure(db, space, each);
} finally {
  if (process.env["KEEP"]) process.stdout.write(`kept: ${name}\n`);
  await db.close();
  if (!process.env["KEEP"]) await dropDatabase(server, name);
}
