import { holdRun, inTenant, type IngestRun, type TenantDb } from "../../db/index.ts";
import type { App } from "../context.ts";
import { announceFile } from "./announce.ts";

/** One run of a file's ingest. */
export type Run = IngestRun & {
  app: App;
  tenantId: string;
  name: string;
  uploadedBy: string | null;
  signal: AbortSignal;
};

/** Ends a run that is no longer wanted: a newer run has begun, or the file is gone. */
export class RunSuperseded extends Error {}

/** One small transaction of the run; refused when the run is not the file's newest. */
export const write = async (run: Run, work: (trx: TenantDb) => Promise<unknown>): Promise<void> => {
  run.signal.throwIfAborted();
  await inTenant(run.app.db, run.tenantId, async (trx) => {
    if (!(await holdRun(trx, run))) throw new RunSuperseded();
    await work(trx);
  });
  await announceFile(run.app, run);
};
