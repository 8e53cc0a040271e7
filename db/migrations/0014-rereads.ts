import { sql, type Kysely } from "kysely";

/** Ready files are read again when a release reads better than the one that has read them. */
export const up = async (db: Kysely<unknown>): Promise<void> => {
  for (const statement of STATEMENTS) await sql.raw(statement).execute(db);
};

const STATEMENTS = [
  /** The version of the reader whose text is stored, or which has refused the file since; 0 for earlier releases. */
  "alter table files add column reader_version integer not null default 0",
  /** How often reading it again has begun, in a row without an end. */
  "alter table files add column reread_tries integer not null default 0",
  /** Progress over all tenants, a row for each version of the reader. No tenant reads it. */
  `create table rereads (
    reader_version integer primary key,
    outdated integer not null,
    replaced integer not null default 0,
    kept integer not null default 0)`,
];
