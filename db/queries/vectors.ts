import { sql, type RawBuilder } from "kysely";
import { toSql } from "pgvector/kysely";
import type { TenantDb } from "../tenancy.ts";

export type NewVector = { chunk_id: string; file_id: string; embedding: Float32Array };

/** A vector as a parameter. */
export const asVector = (vector: Float32Array): RawBuilder<string> =>
  sql<string>`${toSql(Array.from(vector))}::halfvec`;

/** Vectors of stored chunks in one space; those that are stored already stay as they are. */
export const insertVectors = async (trx: TenantDb, modelId: number, vectors: NewVector[]): Promise<void> => {
  if (vectors.length === 0) return;
  if (trx.binary) return insertBinary(trx, modelId, vectors);
  await trx
    .insertInto("chunk_embeddings")
    .values(
      vectors.map(({ embedding, ...vector }) => ({
        ...vector,
        tenant_id: trx.tenantId,
        model_id: modelId,
        embedding: asVector(embedding),
      })),
    )
    .onConflict((conflict) => conflict.columns(["tenant_id", "model_id", "chunk_id"]).doNothing())
    .execute();
};

/**
 * All vectors as one binary parameter, in COPY's own encoding: several times as fast as text. COPY itself is refused
 * under row-level security.
 */
const insertBinary = async (trx: TenantDb, modelId: number, vectors: NewVector[]): Promise<void> => {
  const { rows } = await sql<{ oid: number }>`select 'halfvec'::regtype::oid::int as oid`.execute(trx);
  const encoded = encodeVectors(
    vectors.map((vector) => vector.embedding),
    rows[0]?.oid ?? 0,
  );
  await sql`
    insert into chunk_embeddings (tenant_id, model_id, chunk_id, file_id, embedding)
    select ${trx.tenantId}::uuid, ${modelId}::smallint, * from unnest(
      ${vectors.map((vector) => vector.chunk_id)}::uuid[], ${vectors.map((vector) => vector.file_id)}::uuid[],
      ${encoded}::halfvec[])
    on conflict (tenant_id, model_id, chunk_id) do nothing`.execute(trx);
};

/** PostgreSQL's binary array of one dimension, of pgvector's binary halfvecs: dimensions, zero, big-endian halves. */
const encodeVectors = (vectors: Float32Array[], elementOid: number): Buffer => {
  const head = Buffer.alloc(20);
  for (const [index, value] of [1, 0, elementOid, vectors.length, 1].entries()) head.writeInt32BE(value, index * 4);
  const parts = [head];
  for (const vector of vectors) {
    const size = Buffer.alloc(8);
    size.writeInt32BE(4 + vector.length * 2, 0);
    size.writeInt16BE(vector.length, 4);
    parts.push(size, Buffer.from(new Float16Array(vector).buffer).swap16());
  }
  return Buffer.concat(parts);
};

export type UnembeddedChunk = {
  id: string;
  file_id: string;
  file_name: string;
  section: string | null;
  text: string;
  tokens: number;
};

type Unembedded = {
  modelId: number;
  /** Unset: of all ready files. */
  fileId?: string | undefined;
  /** The last chunk of the page before. */
  after?: string | undefined;
  limit: number;
};

/**
 * Chunks without a vector in a space, in the order of their ids. Each is looked up by itself: as a join, a planner that
 * has not heard of the space's rows yet compares every chunk with every one of them.
 */
export const findUnembedded = async (
  trx: TenantDb,
  { modelId, fileId, after, limit }: Unembedded,
): Promise<UnembeddedChunk[]> => {
  const which = fileId === undefined ? sql`files.status = 'ready'` : sql`files.id = ${fileId}`;
  const rest = after === undefined ? sql`` : sql`and chunks.id > ${after}`;
  const { rows } = await sql<UnembeddedChunk>`
    select chunks.id, chunks.file_id, files.name as file_name, chunks.section, chunks.text, chunks.tokens
    from chunks join files on files.tenant_id = chunks.tenant_id and files.id = chunks.file_id
    where chunks.tenant_id = ${trx.tenantId} and ${which} ${rest} and (
      select true from chunk_embeddings known
      where known.tenant_id = ${trx.tenantId} and known.model_id = ${modelId} and known.chunk_id = chunks.id) is null
    order by chunks.id limit ${limit}`.execute(trx);
  return rows;
};

/** Removes up to `limit` vectors of the tenant that are of none of these spaces; returns how many. */
export const removeOtherVectors = async (
  trx: TenantDb,
  { keep, limit }: { keep: number[]; limit: number },
): Promise<number> => {
  const { numAffectedRows } = await sql`
    delete from chunk_embeddings where tenant_id = ${trx.tenantId} and (model_id, chunk_id) in (
      select model_id, chunk_id from chunk_embeddings
      where tenant_id = ${trx.tenantId} and model_id <> all(${keep}::smallint[]) limit ${limit})`.execute(trx);
  return Number(numAffectedRows ?? 0n);
};
