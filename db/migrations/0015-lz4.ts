import { sql, type Kysely } from "kysely";

/**
 * Long texts are compressed with LZ4 where PostgreSQL was built with it: storing pages takes half the CPU that PostgreSQL's
 * own method takes (rows `ingest`, pgCpu, in docs/benchmarks.md). Rows that are stored already stay as they are.
 */
export const up = async (db: Kysely<unknown>): Promise<void> => {
  for (const [table, columns] of Object.entries(COLUMNS)) await sql.raw(compress(table, columns)).execute(db);
};

const COLUMNS = { pages: ["text", "lines"], chunks: ["text", "spans", "search"] };

const compress = (table: string, columns: string[]): string => `do $$ begin
  alter table ${table} ${columns.map((column) => `alter column ${column} set compression lz4`).join(", ")};
exception when feature_not_supported then null;
end $$`;
