import {
  countReadyChunks,
  EXACT_CHUNKS,
  findServedModel,
  inTenant,
  listTenantIds,
  listVectorIndexes,
  type StoredVectorIndex,
  type VectorIndexer,
  type VectorSpace,
} from "../db/index.ts";
import type { App } from "./context.ts";
import { configuredSpace } from "./embedder.ts";

type Options = {
  signal?: AbortSignal | undefined;
  /** Tenants of more chunks get an index, those of less than three quarters of it lose theirs. */
  above?: number;
};

/**
 * Gives each large tenant an approximate index of its own vectors, and drops what is broken, too small by now, or of a
 * tenant or a model that is gone. An index that all tenants shared would find little for the small ones.
 */
export const keepVectorIndexes = async (
  app: App,
  indexer: VectorIndexer,
  { signal, above = EXACT_CHUNKS }: Options = {},
): Promise<void> => {
  const tenants = new Set(await listTenantIds(app.db));
  const stored = await listVectorIndexes(app.db);
  for (const index of stored) if (!index.valid || !tenants.has(index.tenantId)) await indexer.drop(index);
  const whole = stored.filter((index) => index.valid);
  for (const tenantId of tenants) {
    if (signal?.aborted) return;
    const own = whole.filter((index) => index.tenantId === tenantId);
    await keepTenantIndexes(app, indexer, { tenantId, own, above });
  }
};

type Tenant = { tenantId: string; own: StoredVectorIndex[]; above: number };

const keepTenantIndexes = async (app: App, indexer: VectorIndexer, { tenantId, own, above }: Tenant): Promise<void> => {
  const { chunks, served } = await inTenant(app.db, tenantId, async (trx) => ({
    chunks: await countReadyChunks(trx),
    served: await findServedModel(trx),
  }));
  const spaces = chunks >= above * 0.75 && served ? spacesOf(app, served) : [];
  for (const index of own) if (!spaces.some((space) => space.id === index.modelId)) await indexer.drop(index);
  if (chunks <= above) return;
  for (const space of spaces) {
    if (own.some((index) => index.modelId === space.id)) continue;
    const start = performance.now();
    await indexer.build(tenantId, space);
    app.log.info("vector index built", { tenantId, count: chunks, ms: Math.round(performance.now() - start) });
  }
};

/** What the tenant is served from, and what it will be. */
const spacesOf = (app: App, served: VectorSpace): VectorSpace[] =>
  served.id === app.embeddingModelId ? [served] : [served, configuredSpace(app)];
