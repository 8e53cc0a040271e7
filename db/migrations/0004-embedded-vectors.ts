import { sql, type Kysely } from "kysely";

/**
 * On the embedded database alone, vectors of whole floats: compiled to WebAssembly, turning halves into floats takes
 * several times as long as comparing them. A page holds 2,000 dimensions in line; longer ones are kept beside it.
 */
export const up = async (db: Kysely<unknown>): Promise<void> => {
  const { rows } = await sql<{ embedded: boolean }>`select version() ilike '%emscripten%' as embedded`.execute(db);
  if (!rows[0]?.embedded) return;
  for (const statement of STATEMENTS) await sql.raw(statement).execute(db);
};

const STATEMENTS = [
  "alter table chunk_embeddings alter column embedding type vector using embedding::vector",
  "alter table chunk_embeddings alter column embedding set storage external",
  "alter table chunk_embeddings set (toast_tuple_target = 8160)",
];
