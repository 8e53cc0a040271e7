import { sql, type RawBuilder } from "kysely";
import { LRUCache } from "lru-cache";
import type { Client } from "pg";
import type { Db } from "../open.ts";
import { withProcessLock } from "../process-lock.ts";
import { askTenant, asSystem, type TenantDb } from "../tenancy.ts";
import type { VectorSpace } from "./served-models.ts";

/** One tenant's vectors of one space, in an approximate index of their own. */
export type VectorIndex = { tenantId: string; modelId: number };
export type StoredVectorIndex = VectorIndex & { valid: boolean };

const PREFIX = "chunk_embeddings_hnsw_";

const nameOf = ({ tenantId, modelId }: VectorIndex): string => `${PREFIX}${tenantId.replaceAll("-", "")}_${modelId}`;

/**
 * So many vectors are looked at to enter one. Where more lie together, a new one is now and then entered among strangers
 * and not found afterwards, however far a search looks: of 900,000 in topics of 180, the 64 of pgvector's default lost 4
 * of 100 nearest.
 */
const EF_CONSTRUCTION = 200;

/** What the tenant's vectors of a space amount to. */
export type Extent = {
  /** Of all files that have some, of those that are not ready as well. */
  chunks: number;
  /** Whether they have a whole index. */
  indexed: boolean;
};

/** By the index' name, as it was up to a minute ago: a search that goes by what is old finds the same, and takes longer. */
const known = new LRUCache<string, Extent>({ max: 10_000, ttl: 60_000 });

/** Looked up once a minute. */
export const findExtent = async (db: Db, index: VectorIndex): Promise<Extent> => {
  const name = nameOf(index);
  const extent = known.get(name);
  if (extent) return extent;
  const read = (trx: TenantDb) =>
    Promise.all([countChunks(trx, sql`(status <> 'failed' or chunk_count is not null)`), isWhole(trx, name)]);
  const [chunks, indexed] = await askTenant(db, index.tenantId, read);
  known.set(name, { chunks, indexed });
  return { chunks, indexed };
};

const isWhole = async (trx: TenantDb, name: string): Promise<boolean> => {
  const { rows } = await sql<{ valid: boolean }>`
    select indisvalid as valid from pg_catalog.pg_index
    where indexrelid = to_regclass(${`public.${name}`})`.execute(trx);
  return rows[0]?.valid ?? false;
};

export const listVectorIndexes = async (db: Db): Promise<StoredVectorIndex[]> => {
  const { rows } = await sql<{ name: string; valid: boolean }>`
    select c.relname as name, i.indisvalid as valid
    from pg_index i join pg_class c on c.oid = i.indexrelid
    where i.indrelid = 'chunk_embeddings'::regclass and starts_with(c.relname, ${PREFIX})
    order by 1`.execute(asSystem(db));
  return rows.flatMap(({ name, valid }) => {
    const [tenant, model] = name.slice(PREFIX.length).split("_");
    const tenantId = tenant?.replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, "$1-$2-$3-$4-$5");
    return tenantId === undefined || model === undefined ? [] : [{ tenantId, modelId: Number(model), valid }];
  });
};

/** How many chunks the tenant's ready files have. */
export const countReadyChunks = (trx: TenantDb): Promise<number> => countChunks(trx, sql`status = 'ready'`);

const countChunks = async (trx: TenantDb, which: RawBuilder<unknown>): Promise<number> => {
  const { rows } = await sql<{ chunks: number }>`
    select coalesce(sum(greatest(total, chunk_count)), 0)::bigint as chunks from files
    where tenant_id = ${trx.tenantId} and ${which}`.execute(trx);
  return rows[0]?.chunks ?? 0;
};

/** Builds and drops indexes; none of it can run in a transaction, or within the pool's time. */
export type VectorIndexer = {
  build(tenantId: string, space: VectorSpace): Promise<void>;
  drop(index: VectorIndex): Promise<void>;
};

/** Any number; the same for every process. */
const LOCK = 7_201_513;

/**
 * Runs `work` unless another process is at it, with a connection of its own for indexes; on the embedded database, where
 * building one would take minutes, without. When the process dies, or `signal` ends the work, the server notices within
 * a second and stops building.
 */
export const withVectorIndexer = (
  db: Db,
  work: (indexer: VectorIndexer | undefined) => Promise<void>,
  signal?: AbortSignal,
): Promise<void> =>
  withProcessLock(
    db,
    LOCK,
    async (client) => {
      await client?.query(SETTINGS);
      await work(client && { build: build(client), drop: drop(client) });
    },
    signal,
  );

/** The graph is built several times as fast while it fits: about a gigabyte for a million chunks of 256 dimensions. */
const GRAPH_BYTES = 1024 ** 3;

const SETTINGS = `
  select set_config('statement_timeout', '0', false),
    set_config('client_connection_check_interval', '1s', false),
    -- Parallel builds are unsafe in pgvector 0.8.0 (CVE-2026-3172).
    set_config('max_parallel_maintenance_workers', '0', false),
    set_config('maintenance_work_mem',
      greatest(pg_size_bytes(current_setting('maintenance_work_mem')), ${GRAPH_BYTES}) || 'B', false)`;

/** An index that a broken-off build has left is invalid: it goes, and a new one is built. */
const build =
  (client: Client): VectorIndexer["build"] =>
  async (tenantId, space) => {
    const index = { tenantId, modelId: space.id };
    await drop(client)(index);
    await client.query(
      `create index concurrently ${nameOf(index)} on chunk_embeddings
        using hnsw ((embedding::halfvec(${space.dimensions})) halfvec_cosine_ops)
        with (ef_construction = ${EF_CONSTRUCTION})
        where tenant_id = '${tenantId}' and model_id = ${space.id}`,
    );
    known.delete(nameOf(index));
  };

const drop =
  (client: Client): VectorIndexer["drop"] =>
  async (index) => {
    known.delete(nameOf(index));
    await client.query(`drop index concurrently if exists ${nameOf(index)}`);
  };
