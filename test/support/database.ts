import { execFile } from "node:child_process";
import { join } from "node:path";
import { promisify } from "node:util";
import { Client } from "pg";
import { afterAll, beforeAll, inject, onTestFinished } from "vitest";
import { newId } from "../../server/id.ts";

/** Runs one statement on the server that `DATABASE_URL` names. */
export const onServer = async (url: string, statement: string): Promise<void> => {
  const client = new Client({ connectionString: url });
  await client.connect();
  try {
    await client.query(statement);
  } finally {
    await client.end();
  }
};

export const databaseUrl = (url: string, name: string): string =>
  Object.assign(new URL(url), { pathname: `/${name}` }).href;

const fromHooks: (() => Promise<void> | void)[] = [];
let collected = false;
// The setup of all test files, which is none itself, imports this too.
if (process.env["VITEST_POOL_ID"] !== undefined)
  beforeAll(() => {
    collected = true;
    return async () => {
      for (const work of fromHooks.toReversed()) await work();
    };
  });

/** Runs after the test, or, called outside of one, after the file's last test. */
export const cleanUp = (work: () => Promise<void> | void): void => {
  try {
    onTestFinished(async () => work());
  } catch {
    // Vitest forgets what is registered while a hook runs.
    if (collected) fromHooks.push(work);
    else afterAll(async () => work());
  }
};

/** A fresh database with the whole schema, of the kind that the environment names. It goes with the test, or the file. */
export const newDatabase = async (): Promise<{ url: string } | { template: string }> => {
  const server = process.env["DATABASE_URL"];
  const template = inject("databaseTemplate");
  if (!server) return { template };
  const name = `test_${newId().replaceAll("-", "")}`;
  await onServer(server, `create database ${name} template ${template}`);
  cleanUp(() => dropDatabase(server, name));
  return { url: databaseUrl(server, name) };
};

/** The server's own vacuum may be at work in it for a moment, and is not ours to end. */
const dropDatabase = async (server: string, name: string): Promise<void> => {
  for (let tries = 1; ; tries++) {
    try {
      return await onServer(server, `drop database if exists ${name} with (force)`);
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
