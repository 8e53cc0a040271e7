import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Kysely, PGliteDialect, PostgresDialect } from "kysely";
import { Migrator } from "kysely/migration";
import { Pool } from "pg";
import { MIGRATIONS } from "../../db/migrate.ts";
import type { DbOptions } from "../../db/open.ts";
import { startPglite } from "../../db/pglite/pglite.ts";
import { newId } from "../../server/id.ts";
import { cleanUp } from "./clean-up.ts";
import { databaseUrl, onServer } from "./database.ts";

const server = process.env["DATABASE_URL"];

const newPlace = async (): Promise<{ place: DbOptions; old: Kysely<unknown> }> => {
  if (server === undefined) {
    const dataDir = await mkdtemp(join(tmpdir(), "docuchat-upgrade-"));
    cleanUp(() => rm(dataDir, { recursive: true, force: true }));
    const pglite = startPglite({ dataDir: join(dataDir, "postgres") });
    return { place: { dataDir }, old: new Kysely({ dialect: new PGliteDialect({ pglite }) }) };
  }
  const name = `test_${newId().replaceAll("-", "")}`;
  await onServer(server, `create database ${name}`);
  cleanUp(() => onServer(server, `drop database if exists ${name} with (force)`));
  const url = databaseUrl(server, name);
  const pool = new Pool({ connectionString: url, max: 1 });
  return { place: { url }, old: new Kysely({ dialect: new PostgresDialect({ pool }) }) };
};

/** A database with the schema up to the migration `last`, and where a newer version opens it once `old` is destroyed. */
export const databaseOf = async (last: string): Promise<{ place: DbOptions; old: Kysely<unknown> }> => {
  const database = await newPlace();
  const known = Object.entries(MIGRATIONS).filter(([name]) => name <= last);
  const provider = { getMigrations: async () => Object.fromEntries(known) };
  const { error } = await new Migrator({ db: database.old, provider }).migrateToLatest();
  if (error) throw error;
  return database;
};
