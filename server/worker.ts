import type { JobWithMetadata } from "pg-boss";
import { z } from "zod";
import type { App } from "./context.ts";
import { ReasonError, toReasonError } from "./errors.ts";
import { fail, ingest } from "./files/ingest.ts";
import { DEAD_INGEST_QUEUE, INGEST_QUEUE, type IngestJob } from "./jobs.ts";

const IngestPayload = z.object({ tenantId: z.uuid(), fileId: z.uuid() });

/** Files read at once by one process; each takes a child process of its own. */
const SLOTS = 3;
/** … and of one tenant, so that a large upload of one leaves a slot for the others. */
const SLOTS_PER_TENANT = 2;

/** Handles jobs until the queue stops. */
export const startWorker = async (app: App): Promise<void> => {
  const { boss, polling } = app.jobs;
  const ingesting = { ...polling, includeMetadata: true, groupConcurrency: SLOTS_PER_TENANT } as const;
  for (let slot = 0; slot < SLOTS; slot++) {
    const worker = await boss.work<IngestJob, void, typeof ingesting>(INGEST_QUEUE, ingesting, async ([job]) => {
      if (job) await handle(app, job);
      // Look for the next one at once instead of at the next poll.
      boss.notifyWorker(worker);
    });
  }
  await boss.work<IngestJob>(DEAD_INGEST_QUEUE, polling, async ([job]) => {
    if (job) await fail(app, IngestPayload.parse(job.data), new ReasonError("INTERNAL"));
  });
};

const handle = async (app: App, job: JobWithMetadata<IngestJob>): Promise<void> => {
  const payload = IngestPayload.parse(job.data);
  try {
    await ingest(app, payload, job.signal);
  } catch (error) {
    if (job.signal.aborted) throw error;
    app.log.warn("ingest failed", { ...payload, count: job.retryCount, error });
    // The last try ends the file with what stood in its way; a run that was killed ends it by the dead queue.
    if (job.retryCount < job.retryLimit) throw error;
    await fail(app, payload, toReasonError(error));
  }
};
