import {
  beginReread,
  cancelReread,
  endReread,
  findChunkTexts,
  holdServedModel,
  inTenant,
  replaceChunks,
  replacePages,
  slicesOf,
  type IngestRun,
  type NewPage,
} from "../../db/index.ts";
import type { App } from "../context.ts";
import { announceFile } from "../files/announce.ts";
import { describe } from "../files/describe.ts";
import { record } from "../ledger.ts";
import { reserving } from "../quota.ts";
import type { Reading } from "./batches.ts";
import type { IndexedChunk } from "./document.ts";
import { isFinal } from "./fault.ts";
import { outageOf } from "./outage.ts";
import { readDocument } from "./read-document.ts";
import { READER_VERSION, recipeOf } from "./recipe.ts";
import { sumOf, toChunkRow, toPageRow, toPlaceRow } from "./rows.ts";
import { RunGivesWay, RunSuperseded } from "./run.ts";

/** A document that breaks the process off as often as this keeps its text. */
const MAX_TRIES = 3;

/**
 * How reading a file again ended: its text was `replaced`, or `kept`, since the reader refuses the document; the file is
 * `gone`, or another process has read it; or it is to be tried again: soon, since the run `gaveWay` to an upload; when a
 * dependency is available (`outage`); when the tenant has quota, and is served from the configured space (`postponed`);
 * or when the cause is gone that it `failed` for.
 */
export type RereadOutcome = "replaced" | "kept" | "gone" | "gaveWay" | "outage" | "postponed" | "failed";

/** The tenant is served from another vector space than the configured one. */
class OtherSpace extends Error {}

type Run = IngestRun & { app: App; tenantId: string; name: string; signal: AbortSignal };

/**
 * Reads a ready file again. Its old text serves until one transaction replaces it; chunks that read the same keep their
 * vectors. Rejects with the signal's reason after an abort.
 */
export const rereadFile = async (
  app: App,
  { tenantId, fileId }: { tenantId: string; fileId: string },
  signal: AbortSignal,
): Promise<RereadOutcome> => {
  const begun = await inTenant(app.db, tenantId, (trx) => beginReread(trx, fileId, READER_VERSION));
  if (!begun) return "gone";
  const run: Run = { app, tenantId, fileId, attempt: begun.attempt, name: begun.name, signal };
  if (begun.reread_tries > MAX_TRIES) return keep(run, new Error("reading it again never ended"));
  try {
    await replace(run, await read(run));
    return "replaced";
  } catch (error) {
    return end(run, error);
  }
};

const end = async (run: Run, error: unknown): Promise<RereadOutcome> => {
  if (error instanceof RunSuperseded) return "gone";
  const { app, tenantId, fileId, signal } = run;
  const outcome = outcomeOf(error);
  if (outcome === "kept") return keep(run, error);
  // A try that ended for no fault of the document does not count.
  if (outcome !== "failed" || signal.aborted) await inTenant(app.db, tenantId, (trx) => cancelReread(trx, run));
  signal.throwIfAborted();
  if (outcome !== "gaveWay") app.log.warn("reading a file again failed", { tenantId, fileId, reason: outcome, error });
  return outcome;
};

const outcomeOf = (error: unknown): RereadOutcome => {
  if (error instanceof RunGivesWay) return "gaveWay";
  if (error instanceof OtherSpace) return "postponed";
  if (outageOf(error) !== undefined) return "outage";
  if (!isFinal(error)) return "failed";
  return error.reason === "QUOTA_EXCEEDED" ? "postponed" : "kept";
};

const keep = async (run: Run, error: unknown): Promise<RereadOutcome> => {
  const { app, tenantId, fileId } = run;
  app.log.warn("a file keeps the text of an older reader", { tenantId, fileId, error });
  await inTenant(app.db, tenantId, (trx) => endReread(trx, run, { readerVersion: READER_VERSION }));
  return "kept";
};

type Read = { reading: Reading; pages: NewPage[]; chunks: IndexedChunk[] };

const read = async (run: Run): Promise<Read> => {
  const reading: Reading = { pageCount: 0, chunkCount: undefined, warnings: [] };
  const pages: NewPage[] = [];
  const chunks: IndexedChunk[] = [];
  for await (const batch of readDocument({ ...run, length: "background", stored: new Set(), reading })) {
    for (const page of batch.pages) pages.push(toPageRow(run.fileId, page));
    for (const chunk of batch.chunks) chunks.push(chunk);
  }
  return { reading, pages, chunks };
};

/** Stores the new text in one transaction, once the chunks whose text is new are embedded. */
const replace = async (run: Run, { reading, pages, chunks }: Read): Promise<void> => {
  const { app, tenantId, fileId } = run;
  const { moved, changed } = compare(chunks, await inTenant(app.db, tenantId, (trx) => findChunkTexts(trx, fileId)));
  const vectors = await embed(run, changed);
  const fresh = changed.map((chunk, index) => toChunkRow(fileId, chunk, vectors[index]));
  run.signal.throwIfAborted();
  const { pageCount, warnings } = reading;
  const stored = { recipe: recipeOf(app), pageCount, chunkCount: chunks.length, warnings };
  await inTenant(app.db, tenantId, async (trx) => {
    if ((await holdServedModel(trx, app.embeddingModelId)).id !== app.embeddingModelId) throw new OtherSpace();
    if (!(await endReread(trx, run, { readerVersion: READER_VERSION, reading: stored }))) throw new RunSuperseded();
    await replacePages(trx, fileId, pages);
    await replaceChunks(trx, { fileId, modelId: app.embeddingModelId, moved, fresh });
  });
  await announceFile(app, run);
};

/** Chunks that read as a stored one did take its place; the others are new. */
const compare = (chunks: IndexedChunk[], stored: readonly { id: string; section: string | null; text: string }[]) => {
  const ids = Map.groupBy(stored, keyOf);
  const moved: (ReturnType<typeof toPlaceRow> & { id: string })[] = [];
  const changed: IndexedChunk[] = [];
  for (const chunk of chunks) {
    const same = ids.get(keyOf(chunk))?.pop();
    if (same) moved.push({ id: same.id, ...toPlaceRow(chunk) });
    else changed.push(chunk);
  }
  return { moved, changed };
};

const keyOf = ({ section, text }: { section: string | null; text: string }): string => JSON.stringify([section, text]);

/** Embeds one batch after another, each metered as it is paid for; no user's quota is charged. */
const embed = async (run: Run, chunks: readonly IndexedChunk[]): Promise<Float32Array[]> => {
  const { app, tenantId, fileId, name, signal } = run;
  const { batchSize, model } = app.model.embedding;
  const vectors: Float32Array[] = [];
  for (const batch of slicesOf(chunks, batchSize)) {
    const need = () => ({ requests: 0, tokens: sumOf(batch, "maxTokens") });
    await reserving(run, { key: `reread:${fileId}`, userId: null, need }, async () => {
      const texts = batch.map((chunk) => describe(name, chunk));
      const embedded = await app.model.embed(texts, "document", signal);
      const embeddingTokens = embedded.tokens ?? sumOf(batch, "tokens");
      await inTenant(app.db, tenantId, (trx) =>
        record(trx, { kind: "embedding", model, userId: null, embeddingTokens }),
      );
      vectors.push(...embedded.vectors);
    });
  }
  return vectors;
};
