import { sql, type Kysely } from "kysely";

/**
 * Word vectors stay in the row of their chunk as far as a page holds them. Kept beside it, they are fetched one by one
 * when a search ranks its matches, which took most of its time. They compress too little to be compressed, as a rule.
 */
export const up = async (db: Kysely<unknown>): Promise<void> => {
  await sql.raw("alter table chunks alter column search set storage main").execute(db);
};
