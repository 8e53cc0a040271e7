import {
  beginIngest,
  failFile,
  findOrdinals,
  findQuotas,
  holdServedModel,
  inTenant,
  type FileFailure,
} from "../../db/index.ts";
import type { App } from "../context.ts";
import { LIMITS } from "../contract/limits.ts";
import type { ReasonError } from "../errors.ts";
import { announceFile, announceQueued } from "../files/announce.ts";
import { embedMissing } from "../files/reembed.ts";
import type { IngestJob } from "../jobs.ts";
import { hasTokenBound, settle } from "../quota.ts";
import { embedBatches } from "./embed-batches.ts";
import { isFinal } from "./fault.ts";
import { outageOf, waitOut } from "./outage.ts";
import { readDocument } from "./read-document.ts";
import { READER_VERSION, recipeOf } from "./recipe.ts";
import { announceProgress, endRun, reservationOf, RunGivesWay, RunSuperseded, type Run, type Turn } from "./run.ts";
import { insertBatch, type EmbeddedBatch } from "./store-batch.ts";

/**
 * Reads a queued file into pages, chunks and vectors and ends it as `ready`, or as `failed` with the document's reason.
 * What it stores, it stores in whole batches. A run that gives way, or whose dependency is unavailable, sends the job for
 * the next one, which reads the document again and skips the batches that are stored. Anything else is thrown for the
 * queue to try again. What a run writes shows in no search before its last transaction.
 */
export const ingest = async (app: App, job: IngestJob, turn: Turn): Promise<void> => {
  const run = await begin(app, job, turn);
  if (!run) return;
  const { tenantId, fileId } = run;
  const start = performance.now();
  try {
    await announceProgress(run);
    await finish(run, await embedBatches(run, readDocument({ ...run, length: lengthOf(run) })));
    app.log.info("ingested", { tenantId, fileId, ms: Math.round(performance.now() - start) });
  } catch (error) {
    await end(run, error).catch((failure: unknown) => {
      if (!(failure instanceof RunSuperseded)) throw failure;
    });
  }
};

const lengthOf = ({ slot, long }: Turn) => (slot.short ? "short" : long ? "long" : "unknown");

/** Begins a run in one transaction; undefined when the file is gone or has ended, and its job with it. */
const begin = (app: App, { tenantId, fileId, requestId }: IngestJob, turn: Turn): Promise<Run | undefined> => {
  const made = { recipe: recipeOf(app), readerVersion: READER_VERSION };
  return inTenant(app.db, tenantId, async (trx) => {
    const file = await beginIngest(trx, fileId, { ...made, lateMs: turn.lateMs });
    if (!file) {
      await app.jobs.removeIngest(trx, fileId);
      return undefined;
    }
    const { attempt, name, uploaded_by: uploadedBy, page_count: pageCount, stage, total } = file;
    const isBounded = hasTokenBound(await findQuotas(trx));
    // What a run that died has reserved.
    if (isBounded && attempt > 1) await settle(trx, reservationOf({ fileId }));
    const stored = new Set(file.chunk_count === null ? [] : await findOrdinals(trx, fileId));
    const reading = { pageCount: pageCount ?? 0, chunkCount: stage === "embedding" ? total : undefined, warnings: [] };
    const known = { app, tenantId, fileId, requestId, attempt, name, uploadedBy, isBounded, stored, reading };
    return { ...turn, ...known, announced: { at: Number.NEGATIVE_INFINITY } };
  });
};

const end = async (run: Run, error: unknown): Promise<void> => {
  const { app, tenantId, fileId, requestId } = run;
  if (error instanceof RunGivesWay) {
    const long = run.long || !run.stopping.aborted;
    await endRun(run, (trx) => app.jobs.sendIngest(trx, { tenantId, fileId, requestId }, { long }));
    return announceQueued(app, run);
  }
  if (run.signal.aborted) throw error;
  const waitingFor = outageOf(error);
  if (waitingFor !== undefined) {
    const waits = await waitOut(run, waitingFor);
    app.log.warn(waits ? "ingest waits" : "ingest gave up", { tenantId, fileId, reason: waitingFor, error });
  } else if (isFinal(error))
    await endRun(run, async (trx) => {
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

/**
 * Stores the last batch and ends the file as ready, in one transaction. Where the tenant is served from another space than
 * the configured one, the file's vectors there come between the two.
 */
const finish = async (run: Run, last: EmbeddedBatch): Promise<void> => {
  const { app, tenantId, fileId, uploadedBy: userId, signal } = run;
  const filled = new Set([app.embeddingModelId]);
  for (let batch = last; ; batch = { ...last, pages: [], chunks: [] }) {
    signal.throwIfAborted();
    const missing = await inTenant(app.db, tenantId, async (trx) => {
      const served = await holdServedModel(trx, app.embeddingModelId);
      const isReady = filled.has(served.id);
      const stored = await insertBatch(trx, run, { ...batch, isReady });
      if (!isReady) return served;
      if (stored !== run.reading.chunkCount) throw new Error("chunks are missing from the index");
      if (run.isBounded) await settle(trx, reservationOf(run));
      await app.jobs.removeIngest(trx, fileId);
      return undefined;
    });
    if (!missing) return announceFile(app, run);
    await embedMissing(app, { tenantId, space: missing, fileId, userId }, signal);
    filled.add(missing.id);
  }
};
