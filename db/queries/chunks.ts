import { sql, type Selectable } from "kysely";
import type { Chunks } from "../schema.ts";
import { slicesOf } from "../slices.ts";
import type { TenantDb } from "../tenancy.ts";
import { insertVectors } from "./vectors.ts";

export type NewChunk = Omit<Selectable<Chunks>, "tenant_id" | "search"> & {
  /** What full text is indexed of: words of the document's name, the section and the text, set apart by spaces. */
  words: string;
  /** Unset: the chunk is embedded later. */
  embedding?: Float32Array | undefined;
};

const TEXT_CONFIG = sql.lit("english");

/** One parameter a column: some thousand parameters a statement take longer to write down than to run. */
const columnsOf =
  <Row extends { spans: unknown }>(rows: Row[]) =>
  <Key extends keyof Row>(key: Key) =>
    rows.map((row) => (key === "spans" ? JSON.stringify(row.spans) : row[key]));

/** Chunks and their vectors; those that are stored already stay as they are. */
export const insertChunks = async (trx: TenantDb, modelId: number, chunks: NewChunk[]): Promise<void> => {
  if (chunks.length === 0) return;
  const column = columnsOf(chunks);
  const { rows } = await sql<{ id: string }>`
    insert into chunks
      (tenant_id, id, file_id, ordinal, section, text, tokens, page_from, page_to, spans, search)
    select ${trx.tenantId}::uuid, id, file_id, ordinal, section, text, tokens, page_from, page_to, spans::jsonb,
      to_tsvector(${TEXT_CONFIG}::regconfig, words)
    from unnest(
      ${column("id")}::uuid[], ${column("file_id")}::uuid[], ${column("ordinal")}::int[], ${column("section")}::text[],
      ${column("text")}::text[], ${column("tokens")}::int[], ${column("page_from")}::int[], ${column("page_to")}::int[],
      ${column("spans")}::text[], ${column("words")}::text[])
      as new (id, file_id, ordinal, section, text, tokens, page_from, page_to, spans, words)
    on conflict (tenant_id, file_id, ordinal) do nothing
    returning id`.execute(trx);
  const fresh = new Set(rows.map((row) => row.id));
  await insertVectors(
    trx,
    modelId,
    chunks.flatMap(({ id, file_id, embedding }) =>
      embedding && fresh.has(id) ? [{ chunk_id: id, file_id, embedding }] : [],
    ),
  );
};

/** A stored chunk whose text stands elsewhere in a document that was read again. */
export type MovedChunk = Pick<NewChunk, "id" | "ordinal" | "page_from" | "page_to" | "spans" | "words">;

/** Rows of one statement: the largest document stays far below the statement timeout. */
const ROWS = 200;

/**
 * Replaces a file's chunks: those that are `moved` keep their text and their vectors, the `fresh` ones are new, and all
 * others are removed.
 */
export const replaceChunks = async (
  trx: TenantDb,
  { fileId, modelId, moved, fresh }: { fileId: string; modelId: number; moved: MovedChunk[]; fresh: NewChunk[] },
): Promise<void> => {
  const ofFile = sql`tenant_id = ${trx.tenantId} and file_id = ${fileId}`;
  // Ordinals are unique: the old ones step aside.
  await sql`update chunks set ordinal = -1 - ordinal where ${ofFile}`.execute(trx);
  for (const rows of slicesOf(moved, ROWS)) await moveChunks(trx, fileId, rows);
  await sql`delete from chunks where ${ofFile} and ordinal < 0`.execute(trx);
  for (const rows of slicesOf(fresh, ROWS)) await insertChunks(trx, modelId, rows);
};

const moveChunks = async (trx: TenantDb, fileId: string, chunks: MovedChunk[]): Promise<void> => {
  const column = columnsOf(chunks);
  await sql`
    update chunks set ordinal = new.ordinal, page_from = new.page_from, page_to = new.page_to, spans = new.spans::jsonb,
      search = to_tsvector(${TEXT_CONFIG}::regconfig, new.words)
    from unnest(
      ${column("id")}::uuid[], ${column("ordinal")}::int[], ${column("page_from")}::int[], ${column("page_to")}::int[],
      ${column("spans")}::text[], ${column("words")}::text[])
      as new (id, ordinal, page_from, page_to, spans, words)
    where tenant_id = ${trx.tenantId} and file_id = ${fileId} and chunks.id = new.id`.execute(trx);
};

/** The ids and texts of a file's chunks, in order. */
export const findChunkTexts = (
  trx: TenantDb,
  fileId: string,
): Promise<{ id: string; section: string | null; text: string }[]> =>
  trx
    .selectFrom("chunks")
    .select(["id", "section", "text"])
    .where("tenant_id", "=", trx.tenantId)
    .where("file_id", "=", fileId)
    .orderBy("ordinal")
    .execute();

/** The ordinals of a file's stored chunks. */
export const findOrdinals = async (trx: TenantDb, fileId: string): Promise<number[]> => {
  const rows = await trx
    .selectFrom("chunks")
    .select("ordinal")
    .where("tenant_id", "=", trx.tenantId)
    .where("file_id", "=", fileId)
    .execute();
  return rows.map(({ ordinal }) => ordinal);
};

/** Those of the chunks that are still there; their file cannot be removed until the transaction ends. */
export const holdChunks = async (trx: TenantDb, ids: string[]): Promise<Set<string>> => {
  const rows = await trx
    .selectFrom("chunks")
    .select("id")
    .where("tenant_id", "=", trx.tenantId)
    .where("id", "in", ids)
    .forKeyShare()
    .execute();
  return new Set(rows.map((row) => row.id));
};
