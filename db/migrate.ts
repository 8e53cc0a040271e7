import { isDeepStrictEqual } from "node:util";
import { sql, type Kysely } from "kysely";
import { Migrator, type Migration } from "kysely/migration";
import * as initial from "./migrations/0001-initial.ts";
import * as vectorsAtSize from "./migrations/0002-vectors-at-size.ts";
import * as reservations from "./migrations/0003-reservations.ts";
import * as embeddedVectors from "./migrations/0004-embedded-vectors.ts";
import * as wordsInLine from "./migrations/0005-words-in-line.ts";
import * as commonWords from "./migrations/0006-common-words.ts";
import * as fewChunks from "./migrations/0007-few-chunks.ts";
import * as removedMembers from "./migrations/0008-removed-members.ts";
import * as removedFiles from "./migrations/0009-removed-files.ts";
import * as ingestTurns from "./migrations/0010-ingest-turns.ts";
import * as finishCause from "./migrations/0012-finish-cause.ts";
import * as fileWarnings from "./migrations/0013-file-warnings.ts";
import * as rereads from "./migrations/0014-rereads.ts";
import * as lz4 from "./migrations/0015-lz4.ts";
import type { Schema } from "./schema.ts";

/** In order of their names; a released one is never changed, and each leaves the schema usable by the release before. */
export const MIGRATIONS: Record<string, Migration> = {
  "0001-initial": initial,
  "0002-vectors-at-size": vectorsAtSize,
  "0003-reservations": reservations,
  "0004-embedded-vectors": embeddedVectors,
  "0005-words-in-line": wordsInLine,
  "0006-common-words": commonWords,
  "0007-few-chunks": fewChunks,
  "0008-removed-members": removedMembers,
  "0009-removed-files": removedFiles,
  "0010-ingest-turns": ingestTurns,
  "0012-finish-cause": finishCause,
  "0013-file-warnings": fileWarnings,
  "0014-rereads": rereads,
  "0015-lz4": lz4,
};

/** The schema has migrations that this version does not know. One that is running goes on; none may start on it. */
export class NewerSchemaError extends Error {
  override readonly name = "NewerSchemaError";

  constructor(cause: Error) {
    super("The database belongs to a newer DocuChat: start that version.", { cause });
  }
}

/** Brings the schema up to date under the database's own lock, so that any number of processes may start at once. */
export const migrate = async (db: Kysely<Schema>): Promise<void> => {
  if (await isUpToDate(db)) return;
  const migrator = new Migrator({ db, provider: { getMigrations: async () => MIGRATIONS } });
  const { error } = await migrator.migrateToLatest();
  if (!error) return;
  if (error instanceof Error && /previously executed migration .* is missing/.test(error.message))
    throw new NewerSchemaError(error);
  throw error instanceof Error ? error : new Error("The database could not be migrated", { cause: error });
};

/** Asks in one statement, for almost every start finds nothing to do, and the migrator takes 0.3 s to find it. */
const isUpToDate = async (db: Kysely<Schema>): Promise<boolean> => {
  try {
    const { rows } = await sql<{ name: string }>`select name from kysely_migration order by name`.execute(db);
    return isDeepStrictEqual(
      rows.map(({ name }) => name),
      Object.keys(MIGRATIONS),
    );
  } catch {
    return false;
  }
};
