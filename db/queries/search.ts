import { sql, type RawBuilder } from "kysely";
import type { StoredSpan } from "../schema.ts";
import type { Db } from "../open.ts";
import { askTenant, type TenantDb } from "../tenancy.ts";
import { hasVectorIndex } from "./vector-indexes.ts";
import type { VectorSpace } from "./served-models.ts";
import { asVector } from "./vectors.ts";

export type SearchQuery = {
  /** The query in the space that the tenant is served from; without it full text serves alone. */
  semantic?: { space: VectorSpace; vector: Float32Array } | undefined;
  /** Made as `NewChunk.words` is. */
  words: string;
  fileIds?: readonly string[] | undefined;
  /** As `takesVectorIndex` tells. */
  byIndex?: boolean;
  limit: number;
};

export type ChunkRow = {
  chunk_id: string;
  file_id: string;
  ordinal: number;
  section: string | null;
  text: string;
  tokens: number;
  page_from: number;
  page_to: number;
  spans: StoredSpan[];
};

export type SearchRow = ChunkRow & { file_name: string; rank: number };

/** Candidates taken from each side before they are fused. */
const CANDIDATES = 30;
/** Reciprocal rank fusion, k = 60: Cormack, Clarke and Büttcher, SIGIR 2009. */
const RRF_K = 60;
/** Where more matches of full text are expected, common words are left out: ranking takes some 10 µs a match. */
const MATCHES = 1_500;
/** As many vectors are compared one by one in some 30 ms; above it an index is worth its upkeep. */
export const EXACT_CHUNKS = 20_000;

/**
 * The best chunks of the tenant's ready files by vector and by full text, fused by reciprocal rank. Vectors are compared
 * one by one, or by the tenant's own index. Full text takes any of the query's words.
 */
export const searchChunks = async (trx: TenantDb, query: SearchQuery): Promise<SearchRow[]> => {
  const candidates = Math.max(CANDIDATES, query.limit);
  const chosen = query.fileIds ? sql`and id = any(${query.fileIds}::uuid[])` : sql``;
  const settings = query.byIndex ? setForIndex(trx) : undefined;
  const search = sql<SearchRow>`
    with ready as (
      select id, name from files where tenant_id = ${trx.tenantId} and status = 'ready' ${chosen}
    ), semantic as (
      select chunk_id, row_number() over (order by distance, chunk_id) as place
      from (${nearest(trx, query, candidates)}) nearest
    ), lexical as (
      select chunk_id, place
      from search_text(${query.words}, ${query.fileIds ?? null}::uuid[], ${candidates}::integer, ${MATCHES}::integer)
    ), fused as (
      select coalesce(semantic.chunk_id, lexical.chunk_id) as chunk_id,
        coalesce(1.0 / (${sql.lit(RRF_K)} + semantic.place), 0) + coalesce(1.0 / (${sql.lit(RRF_K)} + lexical.place), 0) as rank
      from semantic full join lexical on lexical.chunk_id = semantic.chunk_id
      order by rank desc, chunk_id limit ${query.limit}
    )
    select fused.chunk_id, chunks.file_id, chunks.ordinal, ready.name as file_name, chunks.section, chunks.text, chunks.tokens,
      chunks.page_from, chunks.page_to, chunks.spans, fused.rank::float8 as rank
    from fused
    join chunks on chunks.tenant_id = ${trx.tenantId} and chunks.id = fused.chunk_id
    join ready on ready.id = chunks.file_id
    order by fused.rank desc, fused.chunk_id`.execute(trx);
  const [{ rows }] = await Promise.all([search, settings]);
  return rows;
};

/** Sent in front of the search, which does not wait. */
const setForIndex = async (trx: TenantDb): Promise<void> => {
  await sql`select set_config('hnsw.ef_search', '200', true),
    set_config('hnsw.iterative_scan', 'relaxed_order', true)`.execute(trx);
};

type Rows = RawBuilder<{ chunk_id: string; distance: number }>;

/** The statement for the nearest vectors of the query. */
export const nearest = (trx: TenantDb, query: SearchQuery, candidates: number): Rows => {
  if (!query.semantic) return sql`select null::uuid as chunk_id, 0 as distance where false`;
  const semantic = { ...query.semantic, fileIds: query.fileIds, candidates };
  return query.byIndex ? nearestByIndex(trx, semantic) : nearestOfAll(trx, semantic);
};

type Nearest = {
  space: VectorSpace;
  vector: Float32Array;
  fileIds: readonly string[] | undefined;
  candidates: number;
};

/** Vectors are of unit length: their negative product orders them as the cosine does, for half of its work. */
const nearestOfAll = (trx: TenantDb, { space, vector, candidates }: Nearest): Rows => sql`
  select chunk_id, embedding <#> ${asVector(trx, vector)} as distance
  from chunk_embeddings
  where tenant_id = ${trx.tenantId} and model_id = ${space.id} and file_id in (select id from ready)
  order by distance limit ${candidates}`;

/**
 * Says what is left out instead of what is ready: the index is then read in order of distance, skipping the few, and
 * goes on (`iterative_scan`) until enough are found. The cast is the index's own.
 */
const nearestByIndex = (trx: TenantDb, { space, vector, fileIds, candidates }: Nearest): Rows => {
  const type = sql.raw(`halfvec(${Math.trunc(space.dimensions)})`);
  return sql`
  select chunk_id, embedding::${type} <=> ${asVector(trx, vector)}::${type} as distance
  from chunk_embeddings
  where tenant_id = ${trx.tenantId} and model_id = ${space.id}
    and file_id <> all(array(
      select id from files where tenant_id = ${trx.tenantId} and status in ('queued', 'ingesting')))
    ${fileIds ? sql`and file_id = any(${fileIds}::uuid[])` : sql``}
  order by distance limit ${candidates}`;
};

/**
 * Whether a search takes the tenant's own index of vectors: where it has one, unless the search is restricted to so few
 * chunks that comparing them all is better. The embedded database has none: building one there would take minutes.
 */
export const takesVectorIndex = async (
  db: Db,
  tenantId: string,
  { semantic, fileIds }: Pick<SearchQuery, "semantic" | "fileIds">,
): Promise<boolean> => {
  if (!semantic || "pglite" in db.queue) return false;
  if (!(await hasVectorIndex(db, { tenantId, modelId: semantic.space.id }))) return false;
  if (!fileIds) return true;
  const { rows } = await askTenant(db, tenantId, (trx) =>
    sql<{ few: boolean }>`
      select coalesce(sum(total), 0) <= ${EXACT_CHUNKS} as few from files
      where tenant_id = ${tenantId} and id = any(${fileIds}::uuid[])`.execute(trx),
  );
  return rows[0]?.few === false;
};

/** The first passage of each of these files. */
export const findOpenings = (trx: TenantDb, fileIds: readonly string[]) =>
  trx
    .selectFrom("chunks")
    .innerJoin("files", (join) =>
      join.onRef("files.tenant_id", "=", "chunks.tenant_id").onRef("files.id", "=", "chunks.file_id"),
    )
    .select(["chunks.file_id", "files.name as file_name", "chunks.text"])
    .where("chunks.tenant_id", "=", trx.tenantId)
    .where("chunks.file_id", "in", fileIds)
    .where("chunks.ordinal", "=", 0)
    .execute();

/** The passages at these places of their files, of those that there are. */
export const findChunksAt = async (
  trx: TenantDb,
  places: readonly Pick<ChunkRow, "file_id" | "ordinal">[],
): Promise<ChunkRow[]> => {
  const { rows } = await sql<ChunkRow>`
    select id as chunk_id, file_id, ordinal, section, text, tokens, page_from, page_to, spans
    from chunks join unnest(${places.map((place) => place.file_id)}::uuid[], ${places.map((place) => place.ordinal)}::int[])
      as places (file_id, ordinal) using (file_id, ordinal)
    where tenant_id = ${trx.tenantId}`.execute(trx);
  return rows;
};
