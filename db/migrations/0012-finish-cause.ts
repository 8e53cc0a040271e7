import { sql, type Kysely } from "kysely";

/** Why an answer ended without being complete; unset for the others, and for those of earlier releases. */
export const up = async (db: Kysely<unknown>): Promise<void> => {
  await sql`alter table messages add column cause text`.execute(db);
};
