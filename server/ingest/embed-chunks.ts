import {
  findUnembedded,
  insertVectors,
  inTenant,
  reduceReservation,
  setEmbedded,
  sumUnembedded,
  type UnembeddedChunk,
} from "../../db/index.ts";
import { record } from "../ledger.ts";
import { reservedUntil, reserving } from "../quota.ts";
import { countHeads, describe } from "../files/describe.ts";
import { giveWay, RunGivesWay, write, type Run } from "./run.ts";

const BATCHES_AT_ONCE = 4;

/**
 * Embeds the file's stored chunks that have no vector, in batches, the next ones embedded while the last are stored. What
 * was embedded is stored even where the batch beside it failed: it was paid for. Throws `QUOTA_EXCEEDED` before any, and
 * `RunGivesWay` between batches; what is reserved then stays so for the next run.
 */
export const embedChunks = async (run: Run): Promise<void> => {
  const which = { modelId: run.app.embeddingModelId, fileId: run.fileId };
  const sections = await inTenant(run.app.db, run.tenantId, (trx) => sumUnembedded(trx, which));
  const missing = sections.reduce((sum, { chunks }) => sum + chunks, 0);
  const heads = await countHeads(run.name, sections);
  const prefixOf: PrefixOf = (section) => (heads.get(section) ?? 0) + 2;
  const tokens = sections.reduce((sum, { section, chunks, tokens }) => sum + tokens + chunks * prefixOf(section), 0);
  await reserving(
    run,
    {
      key: keyOf(run),
      userId: run.uploadedBy,
      need: () => ({ requests: 0, tokens }),
      isGoingOn: (error) => error instanceof RunGivesWay,
    },
    () => embedMissing(run, { missing, prefixOf }),
  );
};

const keyOf = ({ fileId }: Run) => `ingest:${fileId}`;

/** At most as many tokens stand before a chunk's words when it is embedded. */
type PrefixOf = (section: string | null) => number;

type Missing = { missing: number; prefixOf: PrefixOf };

const embedMissing = async (run: Run, { missing, prefixOf }: Missing): Promise<void> => {
  const { batchSize } = run.app.model.embedding;
  const load = (after?: string) => {
    const page = { modelId: run.app.embeddingModelId, fileId: run.fileId, after, limit: batchSize * BATCHES_AT_ONCE };
    return inTenant(run.app.db, run.tenantId, (trx) => findUnembedded(trx, page));
  };
  const start = (chunks: UnembeddedChunk[]) =>
    Promise.allSettled(slices(chunks, batchSize).map((batch) => embedBatch(run, batch)));
  let window = await load();
  let upcoming = start(window);
  for (let left = missing; window.length > 0;) {
    const results = await upcoming;
    const failure = results.find((result) => result.status === "rejected");
    const next = failure ? [] : await load(window.at(-1)?.id);
    const [pause] = next.length > 0 ? await Promise.allSettled([giveWay(run)]) : [];
    upcoming = start(pause?.status === "rejected" ? [] : next);
    for (const result of results) {
      if (result.status === "rejected") continue;
      left -= result.value.batch.length;
      await store(run, result.value, { left, prefixOf });
    }
    if (failure) throw failure.reason;
    if (pause?.status === "rejected") throw pause.reason;
    window = next;
  }
};

const slices = <T>(items: T[], size: number): T[][] =>
  Array.from({ length: Math.ceil(items.length / size) }, (_, index) => items.slice(index * size, (index + 1) * size));

type Batch = { batch: UnembeddedChunk[]; vectors: Float32Array[]; tokens: number | undefined };

const embedBatch = async (run: Run, batch: UnembeddedChunk[]): Promise<Batch> => {
  const texts = batch.map((chunk) => describe(run.name, chunk));
  return { batch, ...(await run.app.model.embed(texts, "document", run.signal)) };
};

type Storing = { left: number; prefixOf: PrefixOf };

const store = (run: Run, { batch, vectors, tokens }: Batch, { left, prefixOf }: Storing) =>
  write(run, async (trx) => {
    const fresh = batch.map(({ id, file_id }, index) => {
      const embedding = vectors[index];
      if (!embedding) throw new Error("a chunk without a vector");
      return { chunk_id: id, file_id, embedding };
    });
    await insertVectors(trx, run.app.embeddingModelId, fresh);
    await record(trx, {
      kind: "embedding",
      model: run.app.model.embedding.model,
      userId: run.uploadedBy,
      embeddingTokens: tokens ?? batch.reduce((sum, chunk) => sum + chunk.tokens, 0),
    });
    await reduceReservation(trx, keyOf(run), {
      tokens: batch.reduce((sum, chunk) => sum + chunk.tokens + prefixOf(chunk.section), 0),
      expires_at: reservedUntil(),
    });
    await setEmbedded(trx, run, left);
  });
