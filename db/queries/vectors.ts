import { sql, type RawBuilder } from "kysely";
import type { TenantDb } from "../tenancy.ts";

export type NewVector = { chunk_id: string; file_id: string; embedding: Float32Array };

/** What a database stores vectors as; see the migration of embedded ones. */
type VectorType = "vector" | "halfvec";
const typeOf = ({ embedded }: TenantDb): VectorType => (embedded ? "vector" : "halfvec");

/** A vector as a binary parameter: reading the text of one takes the embedded database 6 ms. */
export const asVector = (trx: TenantDb, vector: Float32Array): RawBuilder<string> => {
  const type = typeOf(trx);
  return sql<string>`${encodeVector(vector, type)}::${sql.raw(type)}`;
};

/**
 * Vectors of stored chunks in one space; those that are stored already stay as they are. All are one binary parameter:
 * some ten times as fast as text. COPY is refused under row-level security.
 */
export const insertVectors = async (trx: TenantDb, modelId: number, vectors: NewVector[]): Promise<void> => {
  if (vectors.length === 0) return;
  const type = typeOf(trx);
  const { rows } = await sql<{ oid: number }>`select ${type}::regtype::oid::int as oid`.execute(trx);
  const embeddings = vectors.map((vector) => vector.embedding);
  await sql`
    insert into chunk_embeddings (tenant_id, model_id, chunk_id, file_id, embedding)
    select ${trx.tenantId}::uuid, ${modelId}::smallint, * from unnest(
      ${vectors.map((vector) => vector.chunk_id)}::uuid[], ${vectors.map((vector) => vector.file_id)}::uuid[],
      ${encodeVectors(embeddings, { type, oid: rows[0]?.oid ?? 0 })}::${sql.raw(type)}[])
    on conflict (tenant_id, model_id, chunk_id) do nothing`.execute(trx);
};

const bigEndian = {
  vector: (numbers: Float32Array) => Buffer.from(new Float32Array(numbers).buffer).swap32(),
  halfvec: (numbers: Float32Array) => Buffer.from(new Float16Array(numbers).buffer).swap16(),
};

/** pgvector's binary form: dimensions, zero, big-endian numbers. */
const encodeVector = (vector: Float32Array, type: VectorType): Buffer => {
  const head = Buffer.alloc(4);
  head.writeInt16BE(vector.length);
  return Buffer.concat([head, bigEndian[type](vector)]);
};

/** PostgreSQL's binary array of one dimension. */
const encodeVectors = (vectors: Float32Array[], { type, oid }: { type: VectorType; oid: number }): Buffer => {
  const head = Buffer.alloc(20);
  for (const [index, value] of [1, 0, oid, vectors.length, 1].entries()) head.writeInt32BE(value, index * 4);
  const parts: Buffer[] = [head];
  for (const vector of vectors) {
    const element = encodeVector(vector, type);
    const size = Buffer.alloc(4);
    size.writeInt32BE(element.length);
    parts.push(size, element);
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

/** Chunks without a vector in a space, in the order of their ids. */
export const findUnembedded = async (trx: TenantDb, which: Unembedded): Promise<UnembeddedChunk[]> =>
  (await unembedded(trx, which).execute(trx)).rows;

/**
 * Each chunk is looked up by itself, among its own vectors: a planner that has not heard of the space's rows yet would as
 * a join compare every chunk with every one of them, and by an index that begins with the model read them all for each.
 */
export const unembedded = (
  trx: TenantDb,
  { modelId, fileId, after, limit }: Unembedded,
): RawBuilder<UnembeddedChunk> => {
  const which = fileId === undefined ? sql`files.status = 'ready'` : sql`files.id = ${fileId}`;
  const rest = after === undefined ? sql`` : sql`and chunks.id > ${after}`;
  return sql<UnembeddedChunk>`
    select chunks.id, chunks.file_id, files.name as file_name, chunks.section, chunks.text, chunks.tokens
    from chunks join files on files.tenant_id = chunks.tenant_id and files.id = chunks.file_id
    where chunks.tenant_id = ${trx.tenantId} and ${which} ${rest} and (
      select true from chunk_embeddings known
      where known.tenant_id = ${trx.tenantId} and known.chunk_id = chunks.id and known.model_id + 0 = ${modelId}) is null
    order by chunks.id limit ${limit}`;
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
