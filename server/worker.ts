import type { JobWithMetadata } from "pg-boss";
import { z } from "zod";
import { inTenant } from "../db/index.ts";
import { RequestId } from "./contract/ids.ts";
import type { App } from "./context.ts";
import { ReasonError, toReasonError } from "./errors.ts";
import { INGEST_SENT } from "./files/announce.ts";
import { fail, ingest } from "./ingest/ingest.ts";
import { DEAD_INGEST_QUEUE, INGEST_QUEUE, type IngestJob, type Slot } from "./jobs.ts";
import { withFields } from "./log.ts";
import { startSlots } from "./ingest/slots.ts";

const IngestPayload = z.object({
  tenantId: z.uuid(),
  fileId: z.uuid(),
  requestId: RequestId.optional().catch(undefined),
});

/** Whose every log line about the job carries the id of the request that sent the file. */
const appFor = (app: App, { requestId }: IngestJob): App => ({ ...app, log: withFields(app.log, { requestId }) });

/** pg-boss says how many jobs it found; its types do not. */
const Touched = z.looseObject({ affected: z.int() });

/** Well within the ten seconds after which the queue takes a silent run for dead. */
const HEARTBEAT_MS = 3_000;
/** How long runs may take to give way when the worker stops. */
const STOP_MS = 10_000;

/** Dead jobs are rare, and the queue notifies of most. */
const DEAD_POLLING = { pollingIntervalSeconds: 5, notifyPollingIntervalSeconds: 5 };

type Worker = { stop(): Promise<void> };

/** Handles jobs until it is stopped. */
export const startWorker = async (app: App): Promise<Worker> => {
  const { boss } = app.jobs;
  const stopping = new AbortController();
  const killing = new AbortController();
  const signals = { stopping: stopping.signal, killing: killing.signal };
  const slots = startSlots(app, {
    handle: (job, slot) => handle(app, job, { slot, ...signals }),
    readers: app.config.readers.threads,
    stopping: signals.stopping,
  });
  const unsubscribe = await app.keyValue.subscribe(INGEST_SENT, slots.wake);
  await boss.work<IngestJob>(DEAD_INGEST_QUEUE, DEAD_POLLING, async ([job]) => {
    if (!job) return;
    const payload = IngestPayload.parse(job.data);
    app.log.error("ingest never ended", { ...payload, reason: "INTERNAL" });
    await fail(appFor(app, payload), payload, new ReasonError("INTERNAL"));
  });
  return {
    stop: async () => {
      stopping.abort();
      slots.wake();
      await unsubscribe().catch(() => {});
      const timer = setTimeout(() => killing.abort(), STOP_MS);
      await slots.ended;
      clearTimeout(timer);
    },
  };
};

type Handling = { slot: Slot; stopping: AbortSignal; killing: AbortSignal };

const handle = async (
  app: App,
  job: JobWithMetadata<IngestJob>,
  { slot, stopping, killing }: Handling,
): Promise<void> => {
  const payload = IngestPayload.parse(job.data);
  const own = appFor(app, payload);
  const lost = new AbortController();
  const heartbeat = setInterval(() => {
    app.jobs.boss.touch(INGEST_QUEUE, job).then(
      (touched) => Touched.parse(touched).affected === 0 && lost.abort(new Error("The job is another worker's.")),
      // A database that does not answer is noticed by what the run writes.
      () => {},
    );
  }, HEARTBEAT_MS);
  try {
    const turn = { slot, long: job.priority < 0, lateMs: Math.max(0, Date.now() - job.startAfter.getTime()), stopping };
    await ingest(own, payload, { ...turn, signal: AbortSignal.any([lost.signal, killing]) });
  } catch (error) {
    if (lost.signal.aborted) return;
    // A run that a stopping worker cuts off counts as no failure.
    if (killing.aborted)
      return await inTenant(app.db, payload.tenantId, (trx) =>
        app.jobs.sendIngest(trx, payload, { long: job.priority < 0 }),
      );
    app.log.warn("ingest failed", { ...payload, count: job.retryCount, error });
    // The last try ends the file with what stood in its way; a run that was killed ends it by the dead queue.
    if (job.retryCount < job.retryLimit) await app.jobs.boss.fail(INGEST_QUEUE, job);
    else await fail(own, payload, toReasonError(error));
  } finally {
    clearInterval(heartbeat);
  }
};
