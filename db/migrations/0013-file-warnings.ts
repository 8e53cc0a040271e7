import { sql, type Kysely } from "kysely";

/** What was left out of a document that could be read otherwise; null for none, and for files of earlier releases. */
export const up = async (db: Kysely<unknown>): Promise<void> => {
  await sql`alter table files add column warnings jsonb`.execute(db);
};
