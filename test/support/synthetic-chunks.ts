import { sql } from "kysely";
import {
  advanceIngest,
  beginIngest,
  createFile,
  embeddingModelId,
  findOrServeModel,
  inTenant,
  insertChunks,
  type Db,
  type IngestRun,
  type NewChunk,
  type TenantDb,
  type VectorSpace,
} from "../../db/index.ts";
import { kyselyOf } from "../../db/open.ts";
import { READER_VERSION } from "../../server/ingest/recipe.ts";
import { newId } from "../../server/id.ts";

/** mulberry32 (T. Ettinger): the same numbers each time. */
export const createRandom = (seed: number): (() => number) => {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
};

export type Corpus = {
  /** A unit vector near one of the corpus' topics. */
  vector(): Float32Array;
  /** Words as they are in languages: the nth commonest is n times as rare as the first (Zipf). */
  words(count: number): string;
};

const VOCABULARY = 20_000;

/** Vectors around `topics` centres, as embeddings of documents lie, and texts. */
export const createCorpus = (
  dimensions: number,
  { topics = 200, spread = 1, seed = 1 }: { topics?: number; spread?: number; seed?: number } = {},
): Corpus => {
  const random = createRandom(seed);
  // A sum of three uniform numbers is near enough to a normal one.
  const normal = () => (random() + random() + random() - 1.5) * 2;
  const centres = Array.from({ length: topics }, () => Float32Array.from({ length: dimensions }, normal));
  const vector = () => {
    const centre = centres[Math.floor(random() * topics)] ?? new Float32Array(dimensions);
    const place = centre.map((value) => value + spread * normal());
    const length = Math.hypot(...place);
    return place.map((value) => value / length);
  };
  const word = () => `w${Math.floor(VOCABULARY ** random())}`;
  return { vector, words: (count) => Array.from({ length: count }, word).join(" ") };
};

export const newSpace = async (db: Db, dimensions: number): Promise<VectorSpace> => {
  const model = { name: `synthetic-${newId()}`, dimensions };
  return { id: await embeddingModelId(db, model), ...model };
};

export type Filling = { tenantId: string; space: VectorSpace; corpus: Corpus; chunks: number; wordsPerChunk?: number };

const CHUNKS_PER_FILE = 1_000;
const CHUNKS_PER_INSERT = 500;

/** Gives a tenant ready files of so many chunks in all. Returns the files' ids and the time that inserting took. */
export const fillTenant = async (
  db: Db,
  { tenantId, space, corpus, chunks, wordsPerChunk = 20 }: Filling,
): Promise<{ fileIds: string[]; insertMs: number }> => {
  const fileIds: string[] = [];
  let insertMs = 0;
  await inTenant(db, tenantId, (trx) => findOrServeModel(trx, space.id));
  for (let left = chunks; left > 0; left -= CHUNKS_PER_FILE) {
    const total = Math.min(left, CHUNKS_PER_FILE);
    const run = await startFile(db, tenantId);
    for (let from = 0; from < total; from += CHUNKS_PER_INSERT) {
      const batch = Array.from({ length: Math.min(CHUNKS_PER_INSERT, total - from) }, (_, index) =>
        newChunk(run.fileId, from + index, { vector: corpus.vector(), words: corpus.words(wordsPerChunk) }),
      );
      const start = performance.now();
      await inTenant(db, tenantId, (trx) => insertChunks(trx, space.id, batch));
      insertMs += performance.now() - start;
    }
    await inTenant(db, tenantId, (trx) => finishFile(trx, run, total));
    fileIds.push(run.fileId);
  }
  return { fileIds, insertMs };
};

/** As a server's autovacuum leaves the tables within a minute: words are in their index, and the planner knows the rows. */
export const vacuum = async (db: Db): Promise<void> => {
  for (const table of ["chunks", "chunk_embeddings", "files"])
    await sql.raw(`vacuum analyze ${table}`).execute(kyselyOf(db));
};

/** Ends a file as ready with so many chunks. */
export const finishFile = (trx: TenantDb, run: IngestRun, total: number): Promise<number | undefined> =>
  advanceIngest(trx, run, { chunks: total, page: 1, pageCount: 1, total, isReady: true });

/** A file whose ingest has begun. */
export const startFile = async (db: Db, tenantId: string): Promise<{ fileId: string; attempt: number }> => {
  const file = { id: newId(), uploaded_by: newId(), sha256: newId(), name: "synthetic.pdf", size_bytes: 1 };
  return inTenant(db, tenantId, async (trx) => {
    await createFile(trx, file);
    const begun = await beginIngest(trx, file.id, { recipe: "synthetic", readerVersion: READER_VERSION });
    return { fileId: file.id, attempt: begun?.attempt ?? 0 };
  });
};

export const newChunk = (
  fileId: string,
  ordinal: number,
  { vector, words }: { vector: Float32Array; words: string },
): NewChunk => ({
  id: newId(),
  file_id: fileId,
  ordinal,
  section: null,
  text: words,
  tokens: words.length >> 2,
  page_from: 1,
  page_to: 1,
  spans: [{ page: 1, start: 0, end: words.length }],
  words,
  embedding: vector,
});
