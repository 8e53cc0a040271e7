import { failFile, setWaiting, type Dependency } from "../../db/index.ts";
import { ReasonError } from "../errors.ts";
import { endRun, type Run } from "./run.ts";

/** A model that the server does not know, and a key that it refuses, are mended by an operator, as an outage is. */
const MODEL: ReadonlySet<string> = new Set(["MODEL_UNAVAILABLE", "MODEL_TIMEOUT", "MODEL_NOT_ALLOWED", "RATE_LIMITED"]);

/** The dependency whose outage a failure is; undefined for any other failure. */
export const outageOf = (error: unknown): Dependency | undefined => {
  if (error instanceof StorageFailure) return "storage";
  if (!(error instanceof ReasonError)) return undefined;
  if (MODEL.has(error.reason)) return "model";
  return error.reason === "SERVICE_UNAVAILABLE" ? "storage" : undefined;
};

/** The stored bytes could not be read to their end. */
export class StorageFailure extends Error {
  override readonly name = "StorageFailure";
}

/**
 * Ends a run whose dependency is unavailable: the file is tried again after a delay that doubles, or ends as failed when
 * it has waited for `giveUpMs` without progress. What is stored stays. Returns whether the file waits.
 */
export const waitOut = async (run: Run, waitingFor: Dependency): Promise<boolean> => {
  const { app, fileId, tenantId, requestId, long } = run;
  const { firstDelayMs, mostDelayMs, giveUpMs } = app.outageTimes;
  let waits = true;
  await endRun(run, async (trx) => {
    const { waiting_since: since, waits: times } = await setWaiting(trx, run, waitingFor);
    waits = since === null || Date.now() - since.getTime() < giveUpMs;
    if (waits) {
      const delayMs = Math.min(mostDelayMs, firstDelayMs * 2 ** Math.min(times - 1, 20));
      const afterSeconds = Math.max(1, Math.round(delayMs / 1_000));
      return app.jobs.sendIngest(trx, { tenantId, fileId, requestId }, { long, afterSeconds });
    }
    const { reason, message } = new ReasonError(waitingFor === "model" ? "MODEL_UNAVAILABLE" : "SERVICE_UNAVAILABLE");
    await failFile(trx, fileId, { reason, message, keep: true });
    await app.jobs.removeIngest(trx, fileId);
  });
  return waits;
};
