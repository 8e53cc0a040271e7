import { holdRun, inTenant, type IngestRun, type TenantDb } from "../../db/index.ts";
import type { App } from "../context.ts";
import type { Slot } from "../jobs.ts";
import { announceFile } from "../files/announce.ts";

/** A slot that a worker gives to a file until its run ends or gives way. */
export type Turn = {
  slot: Slot;
  /** The file is known to be long. */
  long: boolean;
  /** How long the file's job was due before the turn. */
  lateMs: number;
  /** Aborts when the job is no longer this worker's, or the worker waits no longer. */
  signal: AbortSignal;
  /** Aborts when the worker is to stop: runs give way at the next batch. */
  stopping: AbortSignal;
};

/** One run of a file's ingest. */
export type Run = IngestRun &
  Turn & {
    app: App;
    tenantId: string;
    /** Of the request that sent the file. */
    requestId?: string | undefined;
    name: string;
    uploadedBy: string | null;
  };

/** Ends a run that is no longer wanted: a newer run has begun, or the file is gone. */
export class RunSuperseded extends Error {}

/** Ends a run that gives its slot to others; the next one goes on with what is stored. */
export class RunGivesWay extends Error {}

/** Between batches: throws `RunGivesWay` when another tenant has no run and waits for such a slot, or the worker stops. */
export const giveWay = async ({ app, tenantId, slot, stopping }: Run): Promise<void> => {
  if (stopping.aborted || (await app.jobs.isAnotherWaiting(slot, tenantId))) throw new RunGivesWay();
};

/** One small transaction of the run; refused when the run is not the file's newest. */
export const write = async (run: Run, work: (trx: TenantDb) => Promise<unknown>): Promise<void> => {
  run.signal.throwIfAborted();
  await inTenant(run.app.db, run.tenantId, async (trx) => {
    if (!(await holdRun(trx, run))) throw new RunSuperseded();
    await work(trx);
  });
  await announceFile(run.app, run);
};
