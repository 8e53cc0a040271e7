import { sql, type Selectable } from "kysely";
import { toSql } from "pgvector/kysely";
import { json } from "../json.ts";
import type { Db } from "../open.ts";
import type { Chunks, StoredSpan } from "../schema.ts";
import { asSystem, type TenantDb } from "../tenancy.ts";

/** The number of a vector space in the database; made when it is new. */
export const embeddingModelId = async (db: Db, model: { name: string; dimensions: number }): Promise<number> => {
  const system = asSystem(db);
  await system
    .insertInto("embedding_models")
    .values(model)
    .onConflict((conflict) => conflict.columns(["name", "dimensions"]).doNothing())
    .execute();
  const row = await system
    .selectFrom("embedding_models")
    .select("id")
    .where("name", "=", model.name)
    .where("dimensions", "=", model.dimensions)
    .executeTakeFirstOrThrow();
  return row.id;
};

export type NewChunk = Omit<Selectable<Chunks>, "tenant_id" | "search"> & {
  /** What full text is indexed of: words of the document's name, the section and the text, set apart by spaces. */
  words: string;
  embedding: Float32Array;
};

const asVector = (vector: Float32Array) => sql<string>`${toSql(Array.from(vector))}::halfvec`;
const TEXT_CONFIG = sql.lit("english");

/** Chunks and their vectors; those that are stored already stay as they are. */
export const insertChunks = async (trx: TenantDb, modelId: number, chunks: NewChunk[]): Promise<void> => {
  if (chunks.length === 0) return;
  const stored = await trx
    .insertInto("chunks")
    .values(
      chunks.map(({ words, embedding: _embedding, ...chunk }) => ({
        ...chunk,
        tenant_id: trx.tenantId,
        spans: json(chunk.spans),
        search: sql`to_tsvector(${TEXT_CONFIG}::regconfig, ${words})`,
      })),
    )
    .onConflict((conflict) => conflict.columns(["tenant_id", "file_id", "ordinal"]).doNothing())
    .returning("id")
    .execute();
  const fresh = new Set(stored.map((row) => row.id));
  const vectors = chunks.filter((chunk) => fresh.has(chunk.id));
  if (vectors.length === 0) return;
  await trx
    .insertInto("chunk_embeddings")
    .values(
      vectors.map((chunk) => ({
        tenant_id: trx.tenantId,
        model_id: modelId,
        chunk_id: chunk.id,
        file_id: chunk.file_id,
        embedding: asVector(chunk.embedding),
      })),
    )
    .execute();
};

/** How many chunks a broken-off ingest has left: they are the first ones, for batches are stored in order. */
export const countChunks = async (trx: TenantDb, fileId: string): Promise<number> => {
  const row = await trx
    .selectFrom("chunks")
    .select((select) => select.fn.countAll<number>().as("count"))
    .where("tenant_id", "=", trx.tenantId)
    .where("file_id", "=", fileId)
    .executeTakeFirstOrThrow();
  return row.count;
};

export type SearchQuery = {
  modelId: number;
  vector: Float32Array;
  /** Made as `NewChunk.words` is. */
  words: string;
  fileIds?: readonly string[] | undefined;
  limit: number;
};

export type SearchRow = {
  chunk_id: string;
  file_id: string;
  file_name: string;
  section: string | null;
  text: string;
  tokens: number;
  page_from: number;
  page_to: number;
  spans: StoredSpan[];
  rank: number;
};

/** Candidates taken from each side before they are fused. */
const CANDIDATES = 30;
/** Reciprocal rank fusion, k = 60: Cormack, Clarke and Büttcher, SIGIR 2009. */
const RRF_K = 60;

/**
 * The best chunks of the tenant's ready files by vector and by full text, fused by reciprocal rank. Exact: both sides
 * look at every chunk of the tenant (or of `fileIds`). Full text takes any of the query's words (lexemes OR-ed).
 */
export const searchChunks = async (trx: TenantDb, query: SearchQuery): Promise<SearchRow[]> => {
  const candidates = Math.max(CANDIDATES, query.limit);
  const chosen = query.fileIds ? sql`and id = any(${query.fileIds}::uuid[])` : sql``;
  const { rows } = await sql<SearchRow>`
    with ready as (
      select id, name from files where tenant_id = ${trx.tenantId} and status = 'ready' ${chosen}
    ), terms as (
      select string_agg(quote_literal(lexeme), ' | ')::tsquery as any_of
      from unnest(to_tsvector(${TEXT_CONFIG}::regconfig, ${query.words}))
    ), semantic as (
      select chunk_id, row_number() over (order by distance, chunk_id) as place from (
        select chunk_id, embedding <=> ${asVector(query.vector)} as distance
        from chunk_embeddings
        where tenant_id = ${trx.tenantId} and model_id = ${query.modelId} and file_id in (select id from ready)
        order by distance limit ${candidates}
      ) nearest
    ), lexical as (
      select chunk_id, row_number() over (order by score desc, chunk_id) as place from (
        select id as chunk_id, ts_rank(search, terms.any_of, 1) as score
        from chunks, terms
        where tenant_id = ${trx.tenantId} and search @@ terms.any_of and file_id in (select id from ready)
        order by score desc limit ${candidates}
      ) matching
    ), fused as (
      select coalesce(semantic.chunk_id, lexical.chunk_id) as chunk_id,
        coalesce(1.0 / (${sql.lit(RRF_K)} + semantic.place), 0) + coalesce(1.0 / (${sql.lit(RRF_K)} + lexical.place), 0) as rank
      from semantic full join lexical on lexical.chunk_id = semantic.chunk_id
      order by rank desc, chunk_id limit ${query.limit}
    )
    select fused.chunk_id, chunks.file_id, ready.name as file_name, chunks.section, chunks.text, chunks.tokens,
      chunks.page_from, chunks.page_to, chunks.spans, fused.rank::float8 as rank
    from fused
    join chunks on chunks.tenant_id = ${trx.tenantId} and chunks.id = fused.chunk_id
    join ready on ready.id = chunks.file_id
    order by fused.rank desc, fused.chunk_id`.execute(trx);
  return rows;
};
