import { inTenant } from "../../db/index.ts";
import { describe } from "../files/describe.ts";
import { reserveMore } from "../quota.ts";
import type { Batch } from "./batches.ts";
import { createLanes } from "./lanes.ts";
import { giveWay, reservationOf, type Run } from "./run.ts";
import { storeBatch, type EmbeddedBatch } from "./store-batch.ts";

const CALLS_AT_ONCE = 4;

/**
 * Embeds a document's batches while it is read, four calls concurrently, and stores each when its vectors arrive; returns
 * the last one, which is stored with the end of the ingest. While all four calls run, one batch waits and reading stops.
 * After a failure, `QUOTA_EXCEEDED` or `RunGivesWay` what was embedded is stored all the same: it was paid for.
 */
export const embedBatches = async (run: Run, batches: AsyncIterable<Batch>): Promise<EmbeddedBatch> => {
  const lanes = createLanes(CALLS_AT_ONCE);
  let stored: Promise<unknown> = Promise.resolve();
  /** One after another: in the database they would wait for each other, each with a connection. */
  const store = (embedded: EmbeddedBatch): Promise<void> => {
    const storing = Promise.allSettled([stored]).then(() => storeBatch(run, embedded));
    stored = storing;
    return storing;
  };
  let last: EmbeddedBatch | undefined;
  let started = 0;
  try {
    for await (const batch of batches) {
      if (started > 0 && batch.chunks.length > 0) await giveWay(run, { asksOthers: started % CALLS_AT_ONCE === 0 });
      await reserve(run, batch);
      started++;
      await lanes.start(async () => {
        const embedded = await embed(run, batch);
        if (batch.isLast) last = embedded;
        else await store(embedded);
      });
    }
    await lanes.settle();
    lanes.throwFailure();
  } catch (error) {
    await lanes.settle();
    if (last) await storeBatch(run, last).catch(() => {});
    throw error;
  }
  if (!last) throw new Error("a document without a last batch");
  return last;
};

/** Reserves what the batch may cost. */
const reserve = async (run: Run, { chunks }: Batch): Promise<void> => {
  if (!run.isBounded || chunks.length === 0) return;
  const tokens = chunks.reduce((sum, { maxTokens }) => sum + maxTokens, 0);
  const wanted = { key: reservationOf(run), userId: run.uploadedBy, need: () => ({ requests: 0, tokens }) };
  await inTenant(run.app.db, run.tenantId, (trx) => reserveMore(trx, wanted));
};

const embed = async (run: Run, batch: Batch): Promise<EmbeddedBatch> => {
  if (batch.chunks.length === 0) return { ...batch, vectors: [], tokens: 0 };
  const texts = batch.chunks.map((chunk) => describe(run.name, chunk));
  return { ...batch, ...(await run.app.model.embed(texts, "document", run.signal)) };
};
