import { sql, type RawBuilder } from "kysely";
import type { StoredSpan } from "../schema.ts";
import type { Db } from "../open.ts";
import { planByKeys } from "../plan-by-keys.ts";
import { PLANNED_ONCE } from "../planned-once.ts";
import { askTenant, type TenantDb } from "../tenancy.ts";
import { findExtent } from "./vector-indexes.ts";
import type { VectorSpace } from "./served-models.ts";
import { asVector } from "./vectors.ts";

export type SearchQuery = {
  /** The query in the space that the tenant is served from; without it full text serves alone. */
  semantic?: { space: VectorSpace; vector: Float32Array } | undefined;
  /** Made as `NewChunk.words` is. */
  words: string;
  fileIds?: readonly string[] | undefined;
  /** As `chooseWay` tells; unset, "exact". */
  way?: SearchWay;
  limit: number;
};

/**
 * "index": by the tenant's own index of vectors. "exact": comparing them one by one. "few": the same for a tenant of so
 * few chunks that planning the statement would take as long as running it; it is planned once.
 */
export type SearchWay = "few" | "exact" | "index";

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
/** No more than a search ranks anyway: whatever their words are, there is one good plan. */
const FEW_CHUNKS = MATCHES;
/** As many vectors are compared one by one in some 30 ms; above it an index is worth its upkeep. */
export const EXACT_CHUNKS = 20_000;

/**
 * The best chunks of the tenant's ready files by vector and by full text, fused by reciprocal rank. Full text takes any of
 * the query's words. What is found is looked up by its key, however many others there are.
 */
export const searchChunks = async (trx: TenantDb, query: SearchQuery): Promise<SearchRow[]> => {
  const candidates = Math.max(CANDIDATES, query.limit);
  const settings = query.way && SETTINGS[query.way]?.(trx);
  const search = sql<SearchRow>`
    with semantic as (
      select chunk_id, row_number() over (order by distance, chunk_id) as place
      from (${nearest(trx, query, candidates)}) nearest
    ), lexical as (
      select chunk_id, place from ${matching(query, candidates)}
    ), fused as (
      select coalesce(semantic.chunk_id, lexical.chunk_id) as chunk_id,
        coalesce(1.0 / (${sql.lit(RRF_K)} + semantic.place), 0) + coalesce(1.0 / (${sql.lit(RRF_K)} + lexical.place), 0) as rank
      from semantic full join lexical on lexical.chunk_id = semantic.chunk_id
      order by rank desc, chunk_id limit ${query.limit}
    )
    select fused.chunk_id, chunk.*, file.name as file_name, fused.rank::float8 as rank
    from fused cross join lateral (
      select file_id, ordinal, section, text, tokens, page_from, page_to, spans from chunks
      where tenant_id = ${trx.tenantId} and id = fused.chunk_id limit 1
    ) chunk cross join lateral (
      select name from files where tenant_id = ${trx.tenantId} and id = chunk.file_id and status = 'ready' limit 1
    ) file
    order by fused.rank desc, fused.chunk_id ${query.way === "few" ? PLANNED_ONCE : sql``}`.execute(trx);
  const [{ rows }] = await Promise.all([search, settings]);
  return rows;
};

const setForIndex = async (trx: TenantDb): Promise<void> => {
  await sql`select set_config('hnsw.ef_search', '200', true),
    set_config('hnsw.iterative_scan', 'relaxed_order', true)`.execute(trx);
};

/** Sent in front of the search, which does not wait. */
const SETTINGS: Partial<Record<SearchWay, (trx: TenantDb) => Promise<void>>> = { few: planByKeys, index: setForIndex };

/** Chunks with any of the query's words; a tenant's few are all ranked. */
const matching = ({ way, words, fileIds }: SearchQuery, candidates: number): RawBuilder<unknown> =>
  way === "few"
    ? sql`search_few(${words}, ${fileIds ?? null}::uuid[], ${candidates}::integer)`
    : sql`search_text(${words}, ${fileIds ?? null}::uuid[], ${candidates}::integer, ${MATCHES}::integer)`;

type Rows = RawBuilder<{ chunk_id: string; distance: number }>;

/** The statement for the nearest vectors of the query. */
export const nearest = (trx: TenantDb, query: SearchQuery, candidates: number): Rows => {
  if (!query.semantic) return sql`select null::uuid as chunk_id, 0 as distance where false`;
  const semantic = { ...query.semantic, fileIds: query.fileIds, candidates };
  return query.way === "index" ? nearestByIndex(trx, semantic) : nearestOfAll(trx, semantic, query.way);
};

type Nearest = {
  space: VectorSpace;
  vector: Float32Array;
  fileIds: readonly string[] | undefined;
  candidates: number;
};

/**
 * Vectors are of unit length: their negative product orders them as the cosine does, for half of its work. A zero vector
 * stands for a chunk that has none: at a distance of exactly 0, its product with itself distinguishes the two.
 */
const nearestOfAll = (trx: TenantDb, { space, vector, fileIds, candidates }: Nearest, way?: SearchWay): Rows => sql`
  select chunk_id, distance from (
    select chunk_id, embedding, embedding <#> ${asVector(trx, vector)} as distance
    from chunk_embeddings
    where tenant_id = ${trx.tenantId} and model_id = ${space.id} ${among(fileIds)} and file_id ${inReadyFile(trx, way)}
    order by distance limit ${candidates}) near
  where distance <> 0 or embedding <#> embedding <> 0`;

/** Planned once, each vector is looked at and the unfinished files' are skipped; planned anew, the ready files' may be read alone. */
const inReadyFile = (trx: TenantDb, way?: SearchWay): RawBuilder<unknown> => {
  const files = sql`select id from files where tenant_id = ${trx.tenantId}`;
  return way === "few" ? sql`not in (${files} and ${UNFINISHED})` : sql`in (${files} and status = 'ready')`;
};

const among = (fileIds: readonly string[] | undefined) =>
  fileIds ? sql`and file_id = any(${fileIds}::uuid[])` : sql``;

/** Files that may have chunks and are not ready: one that failed while the model server was unavailable keeps them. */
const UNFINISHED = sql`status <> 'ready'`;

/**
 * Says what is left out instead of what is ready: the index is then read in order of distance, skipping the few, and
 * goes on (`iterative_scan`) until enough are found. The cast is the index's own.
 */
const nearestByIndex = (trx: TenantDb, { space, vector, fileIds, candidates }: Nearest): Rows => {
  const type = sql.raw(`halfvec(${Math.trunc(space.dimensions)})`);
  return sql`
  select chunk_id, distance from (
    select chunk_id, embedding::${type} <=> ${asVector(trx, vector)}::${type} as distance
    from chunk_embeddings
    where tenant_id = ${trx.tenantId} and model_id = ${space.id}
      ${among(fileIds)}
      and file_id <> all(array(select id from files where tenant_id = ${trx.tenantId} and ${UNFINISHED}))
    order by distance limit ${candidates}) near
  where distance <> 'NaN'`;
};

/**
 * The way that serves a search best. The tenant's own index of vectors does where there is one, unless the search is
 * restricted to so few chunks that comparing them all is better. The embedded database has none: building one would take
 * minutes there.
 */
export const chooseWay = async (
  db: Db,
  tenantId: string,
  { semantic, fileIds }: Pick<SearchQuery, "semantic" | "fileIds">,
): Promise<SearchWay> => {
  if (!semantic) return "exact";
  const { chunks, indexed } = await findExtent(db, { tenantId, modelId: semantic.space.id });
  if (chunks <= FEW_CHUNKS) return "few";
  if (!indexed) return "exact";
  if (!fileIds) return "index";
  const { rows } = await askTenant(db, tenantId, (trx) =>
    sql<{ few: boolean }>`
      select coalesce(sum(total), 0) <= ${EXACT_CHUNKS} as few from files
      where tenant_id = ${tenantId} and id = any(${fileIds}::uuid[])`.execute(trx),
  );
  return rows[0]?.few === false ? "index" : "exact";
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
  const chunks = sql<ChunkRow>`
    select chunk.*
    from unnest(${places.map((place) => place.file_id)}::uuid[], ${places.map((place) => place.ordinal)}::int[])
      as place (file_id, ordinal)
    cross join lateral (
      select id as chunk_id, file_id, ordinal, section, text, tokens, page_from, page_to, spans from chunks
      where tenant_id = ${trx.tenantId} and file_id = place.file_id and ordinal = place.ordinal limit 1
    ) chunk ${PLANNED_ONCE}`;
  const [, { rows }] = await Promise.all([planByKeys(trx), chunks.execute(trx)]);
  return rows;
};
