import { execFile } from "node:child_process";
import { join } from "node:path";
import { promisify } from "node:util";
import { Client } from "pg";
import { inject } from "vitest";
import { newId } from "../../server/id.ts";
import { cleanUp } from "./clean-up.ts";

/** Runs one statement on the server that `DATABASE_URL` names. */
export const onServer = async (url: string, statement: string): Promise<Record<string, unknown>[]> => {
  const client = new Client({ connectionString: url });
  await client.connect();
  try {
    return (await client.query<Record<string, unknown>>(statement)).rows;
  } finally {
    await client.end();
  }
};

export const databaseUrl = (url: string, name: string): string =>
  Object.assign(new URL(url), { pathname: `/${name}` }).href;

export type TestDatabase = { url: string } | { embedded: true };

/** A fresh database with the whole schema, of the kind that the environment names. What is left of it goes with the run. */
export const createDatabase = async (): Promise<TestDatabase> => {
  const server = process.env["DATABASE_URL"];
  if (!server) return { embedded: true };
  const template = inject("databaseTemplate");
  const name = `${template}_${newId().replaceAll("-", "")}`;
  await onServer(server, `create database ${name} template ${template}`);
  return { url: databaseUrl(server, name) };
};

/** The same, gone with the test, or the file. */
export const newDatabase = async (): Promise<TestDatabase> => {
  const database = await createDatabase();
  const server = process.env["DATABASE_URL"];
  if (server && "url" in database) cleanUp(() => dropDatabase(server, new URL(database.url).pathname.slice(1)));
  return database;
};

/** The server's own vacuum may be at work in it for a moment, and is not ours to end. */
export const dropDatabase = async (server: string, name: string): Promise<void> => {
  for (let tries = 1; ; tries++) {
    try {
      await onServer(server, `drop database if exists ${name} with (force)`);
      return;
    } catch (error) {
      if (tries === 10) throw error;
      await new Promise((resolve) => setTimeout(resolve, 100 * tries));
    }
  }
};

/** Puts an embedded database with the whole schema where a server that is given this data folder finds its own. */
export const putDatabase = async (dataDir: string): Promise<void> => {
  const unpacked = inject("unpackedTemplate");
  if (unpacked) await promisify(execFile)("cp", ["-r", unpacked, join(dataDir, "postgres")]);
};

let redisDatabases = 0;

/** A Redis database that no other test has, or nothing where the environment names no Redis. */
export const newRedisUrl = (): string | undefined => {
  const server = process.env["REDIS_URL"];
  if (!server) return undefined;
  const worker = Number(process.env["VITEST_POOL_ID"] ?? 0);
  return Object.assign(new URL(server), { pathname: `/${(worker * 1_000 + redisDatabases++) % 10_000}` }).href;
};
