// `npm run services -- node bench/indexing.ts [chunks]`: what storing chunks costs PostgreSQL, part by part, in CPU of its
// backends, where the embeddings are at hand. It makes a database of its own and drops it.
import { readFile } from "node:fs/promises";
import { sql } from "kysely";
import { findOrCreateTenant, inTenant, insertChunks, openDb, type NewChunk } from "../db/index.ts";
import { kyselyOf } from "../db/open.ts";
import { newId } from "../server/id.ts";
import { databaseUrl, dropDatabase, onServer } from "../test/support/database.ts";
import { createCorpus, newChunk, newSpace, startFile } from "../test/support/synthetic-chunks.ts";

const [count = 10_000] = process.argv.slice(2).map(Number);
const DIMENSIONS = 256;
const BATCH = 500;
const MS_PER_TICK = 10;
const server = process.env["DATABASE_URL"];
if (!server) throw new Error("bench/indexing.ts needs DATABASE_URL, as `npm run services --` sets it");

const name = `bench_${newId().replaceAll("-", "")}`;
await onServer(server, `create database ${name}`);
const db = await openDb({ url: databaseUrl(server, name) });
const kysely = kyselyOf(db);
const space = await newSpace(db, DIMENSIONS);
const { id: tenantId } = await findOrCreateTenant(db, { id: newId(), slug: "t" });
const corpus = createCorpus(DIMENSIONS);

/** CPU of the database's backends, which must be of this machine. */
const backendsMs = async (): Promise<number> => {
  const { rows } = await sql<{ pid: number }>`select pid from pg_stat_activity where datname = ${name}`.execute(kysely);
  const used = rows.map(async ({ pid }) => {
    const stat = await readFile(`/proc/${pid}/stat`, "utf8").catch(() => "");
    const fields = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
    return (Number(fields[11]) + Number(fields[12])) * MS_PER_TICK;
  });
  return (await Promise.all(used)).reduce((sum, ms) => sum + (ms || 0), 0);
};

const makeChunks = async (words: number): Promise<NewChunk[]> => {
  const { fileId } = await startFile(db, tenantId);
  const next = (index: number) => newChunk(fileId, index, { vector: corpus.vector(), words: corpus.words(words) });
  return Array.from({ length: count }, (_, index) => next(index));
};

const slices = (chunks: NewChunk[]) =>
  Array.from({ length: Math.ceil(chunks.length / BATCH) }, (_, n) => chunks.slice(n * BATCH, (n + 1) * BATCH));

const measure = async (what: string, words: number, at: number, store: (batch: NewChunk[]) => Promise<unknown>) => {
  const batches = slices(await makeChunks(words));
  const [cpu, start] = [await backendsMs(), performance.now()];
  const work = async () => {
    for (let batch = batches.pop(); batch; batch = batches.pop()) await store(batch);
  };
  await Promise.all(Array.from({ length: at }, work));
  const seconds = (performance.now() - start) / 1_000;
  const perCore = count / (((await backendsMs()) - cpu) / 1_000);
  const cells = [
    `${words} words`,
    `${Math.round(perCore)}/s of a core`,
    `${Math.round(count / seconds)}/s by the clock`,
  ];
  process.stdout.write(`${what.padEnd(44)}${cells.map((cell) => cell.padStart(24)).join("")}\n`);
};

const store = (batch: NewChunk[]) => inTenant(db, tenantId, (trx) => insertChunks(trx, space.id, batch));
const textOf = (batch: NewChunk[]) => batch.map((chunk) => chunk.words);
const run = (text: string) => sql.raw(text).execute(kysely);

try {
  for (const words of [50, 200]) {
    await measure("as ingest stores them", words, 1, store);
    await measure("the same, over two connections", words, 2, store);
    await measure("making the word vectors alone", words, 1, (batch) =>
      sql`select count(to_tsvector('english', words)) from unnest(${textOf(batch)}::text[]) as new (words)`.execute(
        kysely,
      ),
    );
  }
  await measure("without words", 0, 1, store);
  const { rows } = await sql<{ name: string }>`
    select relname as name from pg_class where relname in ('chunks_search', 'chunks_search_in_tenant')`.execute(kysely);
  const index = rows[0]?.name;
  await run(`alter index ${index} set (gin_pending_list_limit = 65536)`);
  await measure("index entries kept back to 64 MB", 200, 1, store);
  await run(`alter index ${index} set (fastupdate = off)`);
  await measure("index entries made at once", 200, 1, store);
  await run(`drop index ${index}`);
  await measure("without the full-text index", 200, 1, store);
  await measure("the same, over two connections", 200, 2, store);
} finally {
  await db.close();
  await dropDatabase(server, name);
}
