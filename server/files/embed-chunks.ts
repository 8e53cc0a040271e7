import { inTenant, insertChunks, reduceReservation, setProgress, storedOrdinals } from "../../db/index.ts";
import { newId } from "../id.ts";
import { record } from "../ledger.ts";
import { reservedUntil, reserving } from "../quota.ts";
import { indexWords } from "../text/stem.ts";
import { wordsOf } from "../text/words.ts";
import { countTokens } from "../tokens.ts";
import { describe } from "./describe.ts";
import type { Chunk } from "./document.ts";
import { write, type Run } from "./run.ts";

const BATCHES_AT_ONCE = 4;

/**
 * Embeds and stores what no earlier run has stored, in batches, the next ones embedded while the last are stored. What
 * was embedded is stored even where the batch beside it failed: it was paid for. Throws `QUOTA_EXCEEDED` before any.
 */
export const embedChunks = async (run: Run, all: Chunk[]): Promise<void> => {
  const stored = await inTenant(run.app.db, run.tenantId, (trx) => storedOrdinals(trx, run.fileId));
  const missing = all.filter((chunk) => !stored.has(chunk.ordinal));
  const need = () => ({ requests: 0, tokens: missing.reduce((sum, chunk) => sum + mostOf(run, chunk), 0) });
  await reserving(run, { key: keyOf(run), userId: run.uploadedBy, need }, () => embedMissing(run, { all, missing }));
};

const keyOf = ({ fileId }: Run) => `ingest:${fileId}`;

/** With what stands before the chunk's words when it is embedded. */
const mostOf = ({ name }: Run, { section, tokens }: Chunk): number =>
  tokens + countTokens(describe(name, { section, text: "" })) + 2;

type Work = { all: Chunk[]; missing: Chunk[] };

const embedMissing = async (run: Run, { all, missing }: Work): Promise<void> => {
  const windows = slices(slices(missing, run.app.model.embedding.batchSize), BATCHES_AT_ONCE);
  const start = (window: Chunk[][] = []) => Promise.allSettled(window.map((batch) => embedBatch(run, batch)));
  let done = all.length - missing.length;
  let upcoming = start(windows[0]);
  for (const index of windows.keys()) {
    const results = await upcoming;
    const failure = results.find((result) => result.status === "rejected");
    upcoming = start(failure ? [] : windows[index + 1]);
    for (const result of results) {
      if (result.status === "rejected") continue;
      done += result.value.batch.length;
      await store(run, { ...result.value, progress: { stage: "embedding", done, total: all.length } });
    }
    if (failure) throw failure.reason;
  }
};

const slices = <T>(items: T[], size: number): T[][] =>
  Array.from({ length: Math.ceil(items.length / size) }, (_, index) => items.slice(index * size, (index + 1) * size));

const embedBatch = async (run: Run, batch: Chunk[]) => {
  const texts = batch.map((chunk) => describe(run.name, chunk));
  return { batch, ...(await run.app.model.embed(texts, "document", run.signal)) };
};

type Batch = {
  batch: Chunk[];
  vectors: Float32Array[];
  tokens: number | undefined;
  progress: Parameters<typeof setProgress>[2];
};

const store = (run: Run, { batch, vectors, tokens, progress }: Batch) =>
  write(run, async (trx) => {
    await insertChunks(
      trx,
      run.app.embeddingModelId,
      batch.map((chunk, index) => toChunkRow(run, chunk, vectors[index])),
    );
    await record(trx, {
      kind: "embedding",
      model: run.app.model.embedding.model,
      userId: run.uploadedBy,
      embeddingTokens: tokens ?? batch.reduce((sum, chunk) => sum + chunk.tokens, 0),
    });
    await reduceReservation(trx, keyOf(run), {
      tokens: batch.reduce((sum, chunk) => sum + mostOf(run, chunk), 0),
      expires_at: reservedUntil(),
    });
    await setProgress(trx, run, progress);
  });

const toChunkRow = (run: Run, chunk: Chunk, embedding: Float32Array | undefined) => {
  if (!embedding) throw new Error("a chunk without a vector");
  const pages = chunk.spans.map((span) => span.page);
  return {
    id: newId(),
    file_id: run.fileId,
    ordinal: chunk.ordinal,
    section: chunk.section,
    text: chunk.text,
    tokens: chunk.tokens,
    page_from: Math.min(...pages),
    page_to: Math.max(...pages),
    spans: chunk.spans,
    words: indexWords(wordsOf(describe(run.name, chunk))),
    embedding,
  };
};
