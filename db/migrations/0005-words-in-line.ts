import { sql, type Kysely } from "kysely";

/**
 * A chunk's text and its word vector stay in its row, two rows a page. Kept beside it, word vectors are fetched one by
 * one when a search ranks its matches, which took most of its time; they compress too little to be compressed, as a rule.
 */
export const up = async (db: Kysely<unknown>): Promise<void> => {
  for (const statement of STATEMENTS) await sql.raw(statement).execute(db);
};

const STATEMENTS = [
  "alter table chunks alter column search set storage main",
  "alter table chunks set (toast_tuple_target = 4096)",
];
