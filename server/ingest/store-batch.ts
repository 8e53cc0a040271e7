import {
  advanceIngest,
  insertChunks,
  insertPages,
  inTenant,
  reduceReservation,
  type TenantDb,
} from "../../db/index.ts";
import { record } from "../ledger.ts";
import { reservedUntil } from "../quota.ts";
import type { Batch } from "./batches.ts";
import { sumOf, toChunkRow, toPageRow } from "./rows.ts";
import { announceProgress, reservationOf, RunSuperseded, type Run } from "./run.ts";

/** `tokens` as the provider counted them; undefined where it counts none. */
export type EmbeddedBatch = Batch & { vectors: Float32Array[]; tokens: number | undefined };

/** Stores a batch with all that belongs to it in one transaction; refused when the run is not the file's newest. */
export const storeBatch = async (run: Run, batch: EmbeddedBatch): Promise<void> => {
  run.signal.throwIfAborted();
  await inTenant(run.app.db, run.tenantId, (trx) => insertBatch(trx, run, batch));
  await announceProgress(run);
};

/** The same within a transaction; with `isReady` the file ends with it. Returns how many chunks the file has now. */
export const insertBatch = async (
  trx: TenantDb,
  run: Run,
  { pages, chunks, vectors, tokens, isReady = false }: EmbeddedBatch & { isReady?: boolean },
): Promise<number> => {
  const { pageCount, chunkCount: total, warnings } = run.reading;
  const page = chunks.at(-1)?.spans.at(-1)?.page ?? 0;
  const stored = await advanceIngest(trx, run, { chunks: chunks.length, page, pageCount, total, isReady, warnings });
  if (stored === undefined) throw new RunSuperseded();
  await insertPages(
    trx,
    pages.map((read) => toPageRow(run.fileId, read)),
  );
  if (chunks.length === 0) return stored;
  await insertChunks(
    trx,
    run.app.embeddingModelId,
    chunks.map((chunk, index) => toChunkRow(run.fileId, chunk, vectors[index])),
  );
  await record(trx, {
    kind: "embedding",
    model: run.app.model.embedding.model,
    userId: run.uploadedBy,
    embeddingTokens: tokens ?? sumOf(chunks, "tokens"),
  });
  if (run.isBounded)
    await reduceReservation(trx, reservationOf(run), {
      tokens: sumOf(chunks, "maxTokens"),
      expires_at: reservedUntil(),
    });
  return stored;
};
