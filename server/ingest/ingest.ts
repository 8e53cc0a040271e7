import {
  beginIngest,
  countChunks,
  failFile,
  findFile,
  findOrServeModel,
  finishIngest,
  holdServedModel,
  inTenant,
  type FileFailure,
} from "../../db/index.ts";
import type { App } from "../context.ts";
import { LIMITS } from "../contract/limits.ts";
import { ReasonError } from "../errors.ts";
import type { IngestJob } from "../jobs.ts";
import { announceFile, announceQueued } from "../files/announce.ts";
import { embedChunks } from "./embed-chunks.ts";
import { outageOf, waitOut } from "./outage.ts";
import { readDocument } from "./read-document.ts";
import { embedMissing } from "../files/reembed.ts";
import { RunGivesWay, RunSuperseded, write, type Run, type Turn } from "./run.ts";

/** Named in the recipe of stored chunks: a change of how text is read or cut raises it. */
const READER_VERSION = 2;

/** Failures that lie with the document, with bytes that are gone, or with a quota: trying again would end the same. */
const FINAL = new Set([
  "NOT_FOUND",
  "PDF_ENCRYPTED",
  "PDF_CORRUPT",
  "PDF_TOO_MANY_PAGES",
  "PDF_TOO_COMPLEX",
  "PDF_NO_TEXT",
  "PDF_TEXT_ELSEWHERE",
  "QUOTA_EXCEEDED",
]);

/**
 * Reads a queued file into pages, chunks and vectors and ends it as `ready`, or as `failed` with the document's reason.
 * A run that gives way, or whose dependency is unavailable, sends the job for the next one, which goes on with what is
 * stored. Anything else is thrown for the queue to try again. What a run writes shows in no search before its last
 * transaction.
 */
export const ingest = async (app: App, { tenantId, fileId, requestId }: IngestJob, turn: Turn): Promise<void> => {
  const { chunkTokens, overlapTokens } = app.config;
  const recipe = [READER_VERSION, chunkTokens, overlapTokens, app.embeddingModelId].join(":");
  const file = await inTenant(app.db, tenantId, async (trx) => {
    const begun = await beginIngest(trx, fileId, { recipe, lateMs: turn.lateMs });
    if (!begun) await app.jobs.removeIngest(trx, fileId);
    return begun;
  });
  if (!file) return;
  const { name, attempt, uploaded_by: uploadedBy } = file;
  const run: Run = { ...turn, app, tenantId, fileId, requestId, attempt, name, uploadedBy };
  const start = performance.now();
  try {
    if (file.chunk_count === null) await readDocument(run);
    await embedChunks(run);
    while (!(await finish(run)));
    app.log.info("ingested", { tenantId, fileId, ms: Math.round(performance.now() - start) });
  } catch (error) {
    await end(run, error).catch((failure: unknown) => {
      if (!(failure instanceof RunSuperseded)) throw failure;
    });
  }
};

const end = async (run: Run, error: unknown): Promise<void> => {
  const { app, tenantId, fileId, requestId } = run;
  if (error instanceof RunGivesWay) {
    const long = run.long || !run.stopping.aborted;
    await write(run, (trx) => app.jobs.sendIngest(trx, { tenantId, fileId, requestId }, { long }));
    return announceQueued(app, run);
  }
  if (run.signal.aborted) throw error;
  const waitingFor = outageOf(error);
  if (waitingFor !== undefined) {
    const waits = await waitOut(run, waitingFor);
    app.log.warn(waits ? "ingest waits" : "ingest gave up", { tenantId, fileId, reason: waitingFor, error });
  } else if (error instanceof ReasonError && FINAL.has(error.reason))
    await write(run, async (trx) => {
      await failFile(trx, fileId, { ...failureOf(error), keep: error.reason === "QUOTA_EXCEEDED" });
      await app.jobs.removeIngest(trx, fileId);
    });
  else throw error;
};

const failureOf = ({ reason, message, data }: ReasonError): FileFailure => ({
  reason,
  message,
  ...("pages" in data && Array.isArray(data.pages) ? { pages: data.pages.slice(0, LIMITS.pagesNamed) } : {}),
});

/** Ends a file that no run could end as failed, unless it has ended. */
export const fail = async (app: App, { tenantId, fileId }: IngestJob, error: ReasonError): Promise<void> => {
  await inTenant(app.db, tenantId, async (trx) => {
    await failFile(trx, fileId, failureOf(error));
    await app.jobs.removeIngest(trx, fileId);
  });
  await announceFile(app, { tenantId, fileId });
};

/** Ends the file as ready; false when the tenant's space has changed meanwhile, and vectors are missing there. */
const finish = async (run: Run): Promise<boolean> => {
  const { app, tenantId, fileId, uploadedBy: userId, signal } = run;
  const served = await inTenant(app.db, tenantId, (trx) => findOrServeModel(trx, app.embeddingModelId));
  await embedMissing(app, { tenantId, space: served, fileId, userId }, signal);
  let finished = false;
  await write(run, async (trx) => {
    if ((await findFile(trx, fileId))?.chunk_count !== (await countChunks(trx, fileId)))
      throw new Error("chunks are missing from the index");
    if ((await holdServedModel(trx))?.id !== served.id) return;
    finished = await finishIngest(trx, run);
    await app.jobs.removeIngest(trx, fileId);
  });
  return finished;
};
