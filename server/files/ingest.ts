import {
  beginIngest,
  countChunks,
  failFile,
  findOrServeModel,
  finishIngest,
  holdServedModel,
  inTenant,
} from "../../db/index.ts";
import type { App } from "../context.ts";
import { ReasonError } from "../errors.ts";
import type { IngestJob } from "../jobs.ts";
import { announceFile } from "./announce.ts";
import { embedChunks } from "./embed-chunks.ts";
import { readDocument } from "./read-document.ts";
import { embedMissing } from "./reembed.ts";
import { RunSuperseded, write, type Run } from "./run.ts";

/** Named in the recipe of stored chunks: a change of how text is read or cut raises it. */
const READER_VERSION = 2;

/** Failures that lie with the document, or with bytes that are gone: trying again would end the same. */
const FINAL = new Set([
  "NOT_FOUND",
  "PDF_ENCRYPTED",
  "PDF_CORRUPT",
  "PDF_TOO_MANY_PAGES",
  "PDF_TOO_COMPLEX",
  "PDF_NO_TEXT",
  "QUOTA_EXCEEDED",
]);

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
  const chunks = await readDocument(run);
  await embedChunks(run, chunks);
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
