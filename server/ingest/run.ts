import { holdRun, inTenant, type IngestRun, type TenantDb } from "../../db/index.ts";
import type { App } from "../context.ts";
import { announceFile } from "../files/announce.ts";
import type { Slot } from "../jobs.ts";
import { settle } from "../quota.ts";
import type { Reading } from "./batches.ts";

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
    /** Whether what the tenant may embed is bounded: each batch is reserved then. */
    isBounded: boolean;
    /** Ordinals of the chunks that earlier runs have stored. */
    stored: ReadonlySet<number>;
    reading: Reading;
    /** When watchers were last notified, on the clock of `performance.now()`. */
    announced: { at: number };
  };

/** The key of what a file's ingest has reserved. */
export const reservationOf = ({ fileId }: { fileId: string }): string => `ingest:${fileId}`;

/** Ends a run that is no longer wanted: a newer run has begun, or the file is gone. */
export class RunSuperseded extends Error {}

/** Ends a run that gives its slot to others; the next one goes on with what is stored. */
export class RunGivesWay extends Error {}

/**
 * Between batches: throws `RunGivesWay` when the worker stops or, where it asks for others, when another tenant has no run
 * and waits for such a slot.
 */
export const giveWay = async (
  { app, tenantId, slot, stopping }: Run,
  { asksOthers }: { asksOthers: boolean },
): Promise<void> => {
  if (stopping.aborted || (asksOthers && (await app.jobs.isAnotherWaiting(slot, tenantId)))) throw new RunGivesWay();
};

/** The transaction that ends a run early, with what it has reserved; refused when the run is not the file's newest. */
export const endRun = async (run: Run, work: (trx: TenantDb) => Promise<unknown>): Promise<void> => {
  run.signal.throwIfAborted();
  await inTenant(run.app.db, run.tenantId, async (trx) => {
    if (!(await holdRun(trx, run))) throw new RunSuperseded();
    await work(trx);
    if (run.isBounded) await settle(trx, reservationOf(run));
  });
  await announceFile(run.app, run);
};

const ANNOUNCED_EVERY_MS = 250;

/** Notifies watchers of progress, unless they were a moment ago: the next batch notifies them. */
export const announceProgress = async (run: Run): Promise<void> => {
  const now = performance.now();
  if (now - run.announced.at < ANNOUNCED_EVERY_MS) return;
  run.announced.at = now;
  await announceFile(run.app, run);
};
