import {
  findServedModel,
  findUnembedded,
  holdChunks,
  insertVectors,
  inTenant,
  isSettled,
  listTenantIds,
  lockServedModel,
  newestModelId,
  removeOtherVectors,
  serveModel,
  withVectorIndexer,
  type UnembeddedChunk,
  type VectorSpace,
} from "../../db/index.ts";
import type { App } from "../context.ts";
import { configuredSpace, embedderFor } from "../embedder.ts";
import { ReasonError } from "../errors.ts";
import { record } from "../ledger.ts";
import { keepVectorIndexes } from "../vector-index.ts";
import { describe } from "./describe.ts";

/** Longer than any search takes that began before its tenant's space was switched. */
const SETTLED_MS = 60_000;
const REMOVED_AT_ONCE = 1_000;

type Options = { signal?: AbortSignal; settledMs?: number };

/**
 * Brings every tenant's vectors into the configured space while the old ones serve: embeds what is missing there, gives
 * large tenants their index, then switches each tenant in one transaction. Old vectors go in a later round. One process
 * does it at a time; while a deployment rolls, only those that were configured last.
 */
export const keepVectors = (app: App, { signal, settledMs = SETTLED_MS }: Options = {}): Promise<void> =>
  withVectorIndexer(
    app.db,
    async (indexer) => {
      const newest = (await newestModelId(app.db)) === app.embeddingModelId;
      if (newest) await eachTenant(app, (tenantId) => embedAnew(app, tenantId, signal), signal);
      if (indexer) await keepVectorIndexes(app, indexer, { signal });
      if (!newest) return;
      await eachTenant(app, (tenantId) => removeOldVectors(app, tenantId, settledMs), signal);
      await eachTenant(app, (tenantId) => switchToConfigured(app, tenantId), signal);
    },
    signal,
  );

/** A tenant that fails is tried again in the next round and holds up no other. */
const eachTenant = async (
  app: App,
  work: (tenantId: string) => Promise<void>,
  signal: AbortSignal | undefined,
): Promise<void> => {
  for (const tenantId of await listTenantIds(app.db)) {
    if (signal?.aborted) return;
    try {
      await work(tenantId);
    } catch (error) {
      if (!signal?.aborted) app.log.error("vectors of a tenant failed", { tenantId, error });
    }
  }
};

const embedAnew = async (app: App, tenantId: string, signal: AbortSignal | undefined): Promise<void> => {
  const served = await inTenant(app.db, tenantId, findServedModel);
  if (!served || served.id === app.embeddingModelId) return;
  const start = performance.now();
  const count = await embedMissing(app, { tenantId, space: configuredSpace(app), userId: null }, signal);
  app.log.info("embedded anew", { tenantId, count, ms: Math.round(performance.now() - start) });
};

type Missing = {
  tenantId: string;
  space: VectorSpace;
  /** Unset: of all ready files. */
  fileId?: string;
  /** Who is charged. */
  userId: string | null;
};

/**
 * Embeds the chunks that have no vector in a space, and returns how many. A space other than the configured one is
 * filled as far as it can be reached: what is missing there, full text finds.
 */
export const embedMissing = async (app: App, missing: Missing, signal?: AbortSignal): Promise<number> => {
  const { tenantId, space, fileId } = missing;
  const embedder = embedderFor(app, space);
  if (!embedder) return 0;
  let count = 0;
  for (let after: string | undefined; ;) {
    const page = { modelId: space.id, fileId, after, limit: embedder.embedding.batchSize };
    const chunks = await inTenant(app.db, tenantId, (trx) => findUnembedded(trx, page));
    if (chunks.length === 0 && after === undefined) return count;
    after = chunks.at(-1)?.id;
    // From the start again, where a file may have become ready meanwhile.
    if (after === undefined) continue;
    const texts = chunks.map((chunk) => describe(chunk.file_name, chunk));
    const embedded = await embedder.embed(texts, "document", signal).catch((error: unknown) => {
      if (space.id === app.embeddingModelId || !(error instanceof ReasonError)) throw error;
      return undefined;
    });
    if (!embedded) return count;
    await store(app, { ...missing, ...embedded, chunks });
    count += chunks.length;
  }
};

type Batch = Missing & { chunks: UnembeddedChunk[]; vectors: Float32Array[]; tokens: number | undefined };

const store = (app: App, { tenantId, space, userId, chunks, vectors, tokens }: Batch): Promise<void> =>
  inTenant(app.db, tenantId, async (trx) => {
    const kept = await holdChunks(
      trx,
      chunks.map((chunk) => chunk.id),
    );
    const fresh = chunks.map(({ id, file_id }, index) => {
      const embedding = vectors[index];
      if (!embedding) throw new Error("a chunk without a vector");
      return { chunk_id: id, file_id, embedding };
    });
    await insertVectors(
      trx,
      space.id,
      fresh.filter((vector) => kept.has(vector.chunk_id)),
    );
    await record(trx, {
      kind: "embedding",
      model: space.name,
      userId,
      embeddingTokens: tokens ?? chunks.reduce((sum, chunk) => sum + chunk.tokens, 0),
    });
  });

/** Files that end their ingest at this moment come before, and are complete here, or after, and find the new space. */
const switchToConfigured = (app: App, tenantId: string): Promise<void> =>
  inTenant(app.db, tenantId, async (trx) => {
    await lockServedModel(trx);
    const served = await findServedModel(trx);
    if (!served || served.id === app.embeddingModelId) return;
    const [missing] = await findUnembedded(trx, { modelId: app.embeddingModelId, limit: 1 });
    if (!missing) await serveModel(trx, app.embeddingModelId);
  });

const removeOldVectors = async (app: App, tenantId: string, settledMs: number): Promise<void> => {
  for (;;) {
    const removed = await inTenant(app.db, tenantId, async (trx) => {
      const served = await findServedModel(trx);
      if (!served || !(await isSettled(trx, settledMs))) return 0;
      return removeOtherVectors(trx, { keep: [served.id, app.embeddingModelId], limit: REMOVED_AT_ONCE });
    });
    if (removed < REMOVED_AT_ONCE) return;
  }
};
