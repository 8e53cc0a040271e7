import { execFile } from "node:child_process";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { Client } from "pg";
import { describe, expect, test } from "vitest";
import { newId } from "../../server/id.ts";
import { cleanUp } from "../support/clean-up.ts";
import { databaseUrl, onServer } from "../support/database.ts";
import { startServerProcess } from "../support/server-process.ts";
import { call } from "./http.ts";

const server = process.env["DATABASE_URL"] ?? "";
const PROCESSES = 12;

const emptyDatabase = async (): Promise<string> => {
  const name = `test_${newId().replaceAll("-", "")}`;
  await onServer(server, `create database ${name}`);
  cleanUp(() => onServer(server, `drop database if exists ${name} with (force)`));
  return databaseUrl(server, name);
};

const query = async <T>(url: string, text: string): Promise<T[]> => {
  const client = new Client({ connectionString: url });
  await client.connect();
  try {
    return (await client.query(text)).rows as T[];
  } finally {
    await client.end();
  }
};

/** As the step before a deployment does; answers with what it said. */
const migrate = async (url: string): Promise<string> => {
  const script = new URL("../../server/migrate.ts", import.meta.url).pathname;
  const { PATH, HOME } = process.env;
  const ran = promisify(execFile)(process.execPath, [script], { env: { PATH, HOME, DATABASE_URL: url } });
  return ran.then(
    ({ stdout }) => stdout,
    (error: { stderr: string }) => error.stderr,
  );
};

describe.skipIf(server === "")("starting on one PostgreSQL (needs DATABASE_URL)", () => {
  test("of twelve processes that start at once on an empty database, each finds the schema, made once", async () => {
    const url = await emptyDatabase();
    const said = await Promise.all(Array.from({ length: PROCESSES }, () => migrate(url)));
    expect(new Set(said)).toEqual(new Set(["The schema is up to date.\n"]));
    const rows = await query<{ name: string }>(url, "select name from kysely_migration order by name");
    expect(new Set(rows.map(({ name }) => name)).size).toBe(rows.length);
    expect(rows[0]?.name).toBe("0001-initial");
    const queues = await query<{ name: string }>(url, "select name from pgboss.queue where name like 'ingest%'");
    expect(queues.map(({ name }) => name).sort()).toEqual(["ingest", "ingest-dead"]);
    expect(await query(url, "select * from pgboss.version")).toHaveLength(1);
  });

  test("a running server goes on beside a newer one's additive schema, on which it could not start", async () => {
    const url = await emptyDatabase();
    const dataDir = await mkdtemp(join(tmpdir(), "docuchat-newer-"));
    cleanUp(() => rm(dataDir, { recursive: true, force: true }));
    const env = { DATABASE_URL: url, DATA_DIR: dataDir };
    const older = await startServerProcess(env);
    const token = await older.signIn("acme", "a@example.org");
    await onServer(url, "alter table messages add column of_the_future text");
    await onServer(url, "alter table conversations add column of_the_future int not null default 1");
    await onServer(url, "insert into kysely_migration values ('9999-of-the-future', now()::text)");
    const asked = await fetch(`${older.url}/v1/chat`, {
      method: "POST",
      headers: { authorization: `Bearer ${token}`, "content-type": "application/json" },
      body: JSON.stringify({ question: "What is there?" }),
    });
    expect(await asked.text()).toContain("event: finished");
    const { items } = await call<{ items: unknown[] }>(older.url, token, "chat.conversations");
    expect(items).toHaveLength(1);
    await expect(startServerProcess(env)).rejects.toThrow("The database belongs to a newer DocuChat");
  });
});
