import {
  beginIngest,
  countChunks,
  failFile,
  findOrServeModel,
  finishIngest,
  holdRun,
  holdServedModel,
  insertChunks,
  insertPages,
  inTenant,
  setProgress,
  type IngestRun,
  type TenantDb,
} from "../../db/index.ts";
import type { App } from "../context.ts";
import { ReasonError } from "../errors.ts";
import { newId } from "../id.ts";
import type { IngestJob } from "../jobs.ts";
import { record } from "../ledger.ts";
import { wordsOf } from "../text/words.ts";
import { announceFile } from "./announce.ts";
import { describe } from "./describe.ts";
import type { Chunk, PageText } from "./document.ts";
import { extractDocument } from "./extract.ts";
import { embedMissing } from "./reembed.ts";

/** Named in the recipe of stored chunks: a change of how text is read or cut raises it. */
const READER_VERSION = 1;
const EXTRACT_TIMEOUT_MS = 60_000;
const EXTRACT_MEMORY_BYTES = 700 * 1024 * 1024;
const PAGES_AT_ONCE = 16;
const BATCHES_AT_ONCE = 4;

/** Failures that lie with the document, or with bytes that are gone: trying again would end the same. */
const FINAL = new Set([
  "NOT_FOUND",
  "PDF_ENCRYPTED",
  "PDF_CORRUPT",
  "PDF_TOO_MANY_PAGES",
  "PDF_TOO_COMPLEX",
  "PDF_NO_TEXT",
]);

type Run = IngestRun & { app: App; tenantId: string; name: string; uploadedBy: string | null; signal: AbortSignal };

/** Ends a run that is no longer wanted: a newer run has begun, or the file is gone. */
class RunSuperseded extends Error {}

/**
 * Reads a queued file into pages, chunks and vectors and ends it as `ready`, or as `failed` with the document's reason.
 * Anything else is thrown for the queue to try again; what is stored by then is used by the next run. What a run
 * writes shows in no search before its last transaction.
 */
export const ingest = async (app: App, { tenantId, fileId }: IngestJob, signal: AbortSignal): Promise<void> => {
  const { chunkTokens, overlapTokens } = app.config;
  const recipe = [READER_VERSION, chunkTokens, overlapTokens, app.embeddingModelId].join(":");
  const file = await inTenant(app.db, tenantId, (trx) => beginIngest(trx, fileId, recipe));
  if (!file) return;
  const { name, attempt, uploaded_by: uploadedBy } = file;
  const start = performance.now();
  try {
    await read({ app, tenantId, fileId, attempt, name, uploadedBy, signal });
  } catch (error) {
    if (error instanceof RunSuperseded) return;
    if (!(error instanceof ReasonError) || !FINAL.has(error.reason)) throw error;
    await fail(app, { tenantId, fileId }, error);
  }
  app.log.info("ingested", { tenantId, fileId, ms: Math.round(performance.now() - start) });
};

/** Ends a file as failed with a reason, unless it has ended. */
export const fail = async (app: App, { tenantId, fileId }: IngestJob, error: ReasonError): Promise<void> => {
  const { reason, message } = error;
  const pages = "pages" in error.data && Array.isArray(error.data.pages) ? { pages: error.data.pages } : {};
  await inTenant(app.db, tenantId, (trx) => failFile(trx, fileId, { reason, message, ...pages }));
  await announceFile(app, { tenantId, fileId });
};

const read = async (run: Run): Promise<void> => {
  const chunks = await extract(run);
  await embed(run, chunks);
  while (!(await finish(run, chunks.length)));
};

/** Ends the file as ready; false when the tenant's space has changed meanwhile, and vectors are missing there. */
const finish = async (run: Run, chunks: number): Promise<boolean> => {
  const { app, tenantId, fileId, uploadedBy: userId, signal } = run;
  const served = await inTenant(app.db, tenantId, (trx) => findOrServeModel(trx, app.embeddingModelId));
  await embedMissing(app, { tenantId, space: served, fileId, userId }, signal);
  let finished = false;
  await write(run, async (trx) => {
    if ((await countChunks(trx, fileId)) !== chunks) throw new Error("chunks are missing from the index");
    if ((await holdServedModel(trx))?.id === served.id) finished = await finishIngest(trx, run);
  });
  return finished;
};

/** One small transaction of the run; refused when the run is not the file's newest. */
const write = async (run: Run, work: (trx: TenantDb) => Promise<unknown>): Promise<void> => {
  run.signal.throwIfAborted();
  await inTenant(run.app.db, run.tenantId, async (trx) => {
    if (!(await holdRun(trx, run))) throw new RunSuperseded();
    await work(trx);
  });
  await announceFile(run.app, run);
};

/** Stores pages as they are read, and returns the whole document's chunks. */
const extract = async (run: Run): Promise<Chunk[]> => {
  const { chunkTokens, overlapTokens, maxPages } = run.app.config;
  const limits = { timeoutMs: EXTRACT_TIMEOUT_MS, memoryBytes: EXTRACT_MEMORY_BYTES };
  await using local = await run.app.store.openLocal(run);
  const chunks: Chunk[] = [];
  let total = 0;
  let waiting: PageText[] = [];
  const store = async () => {
    const pages = waiting;
    waiting = [];
    await write(run, async (trx) => {
      await insertPages(
        trx,
        pages.map((page) => toRow(run.fileId, page)),
      );
      const done = pages.at(-1)?.page ?? 0;
      await setProgress(trx, run, { stage: "extracting", done, total, page_count: total });
    });
  };
  for await (const event of extractDocument(local.path, {
    maxPages,
    chunkTokens,
    overlapTokens,
    ...limits,
    signal: run.signal,
  })) {
    switch (event.type) {
      case "opened":
        total = event.pageCount;
        await store();
        break;
      case "page":
        waiting.push(event.page);
        if (waiting.length >= PAGES_AT_ONCE) await store();
        break;
      case "chunks":
        chunks.push(...event.chunks);
        break;
    }
  }
  if (waiting.length > 0) await store();
  return chunks;
};

const toRow = (fileId: string, { page, width, height, text, lines }: PageText) => ({
  file_id: fileId,
  page,
  width,
  height,
  text,
  lines: lines.map(
    ({ start, end, box }) => [start, end, ...[box.x, box.y, box.width, box.height].map(toTenth)] as const,
  ) as [number, number, number, number, number, number][],
});
const toTenth = (points: number) => Math.round(points * 10) / 10;

/**
 * Embeds and stores batches in order, the next ones embedded while the last are stored; goes on behind what an earlier
 * run has stored.
 */
const embed = async (run: Run, chunks: Chunk[]): Promise<void> => {
  const { batchSize } = run.app.model.embedding;
  let done = await inTenant(run.app.db, run.tenantId, (trx) => countChunks(trx, run.fileId));
  const windows = slices(slices(chunks.slice(done), batchSize), BATCHES_AT_ONCE);
  const start = (window: Chunk[][] | undefined) =>
    Promise.allSettled((window ?? []).map((batch) => embedBatch(run, batch)));
  let upcoming = start(windows[0]);
  for (const [index, window] of windows.entries()) {
    const results = await upcoming;
    // What failed is thrown below; what follows it would be paid for in vain.
    upcoming = start(results.every((result) => result.status === "fulfilled") ? windows[index + 1] : []);
    for (const [at, batch] of window.entries()) {
      const result = results[at];
      if (result?.status !== "fulfilled") throw result?.reason;
      done += batch.length;
      await store(run, { batch, ...result.value, progress: { stage: "embedding", done, total: chunks.length } });
    }
  }
};

const slices = <T>(items: T[], size: number): T[][] =>
  Array.from({ length: Math.ceil(items.length / size) }, (_, index) => items.slice(index * size, (index + 1) * size));

const embedBatch = (run: Run, batch: Chunk[]) =>
  run.app.model.embed(
    batch.map((chunk) => describe(run.name, chunk)),
    "document",
    run.signal,
  );

type Batch = {
  batch: Chunk[];
  vectors: Float32Array[];
  tokens: number | undefined;
  progress: Parameters<typeof setProgress>[2];
};

const store = (run: Run, { batch, vectors, tokens, progress }: Batch) =>
  write(run, async (trx) => {
    await insertChunks(
      trx,
      run.app.embeddingModelId,
      batch.map((chunk, index) => toChunkRow(run, chunk, vectors[index])),
    );
    await record(trx, {
      kind: "embedding",
      model: run.app.model.embedding.model,
      userId: run.uploadedBy,
      embeddingTokens: tokens ?? batch.reduce((sum, chunk) => sum + chunk.tokens, 0),
    });
    await setProgress(trx, run, progress);
  });

const toChunkRow = (run: Run, chunk: Chunk, embedding: Float32Array | undefined) => {
  if (!embedding) throw new Error("a chunk without a vector");
  const pages = chunk.spans.map((span) => span.page);
  return {
    id: newId(),
    file_id: run.fileId,
    ordinal: chunk.ordinal,
    section: chunk.section,
    text: chunk.text,
    tokens: chunk.tokens,
    page_from: Math.min(...pages),
    page_to: Math.max(...pages),
    spans: chunk.spans,
    words: wordsOf(describe(run.name, chunk)).join(" "),
    embedding,
  };
};
