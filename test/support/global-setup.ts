import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { TestProject } from "vitest/node";
import { openDb } from "../../db/index.ts";
import { openJobs } from "../../server/jobs.ts";
import { databaseUrl, dropDatabase, onServer } from "./database.ts";

declare module "vitest" {
  interface ProvidedContext {
    /** The database on the server that tests' own begin as; empty where they are embedded. */
    databaseTemplate: string;
    /** The data folder that embedded ones begin as; empty on a server. */
    unpackedTemplate: string;
    /** A folder that goes with the run. */
    scratch: string;
  }
}

/** Makes the schema once for all test files. */
const setup = (project: TestProject): Promise<() => Promise<void>> => {
  const server = process.env["DATABASE_URL"];
  return server ? onPostgres(project, server) : onPglite(project);
};

const onPglite = async (project: TestProject) => {
  const folder = await mkdtemp(join(tmpdir(), "docuchat-template-"));
  const db = await openDb({ dataDir: folder });
  await (await openJobs(db, () => {})).stop();
  await db.close();
  project.provide("databaseTemplate", "");
  project.provide("unpackedTemplate", join(folder, "postgres"));
  project.provide("scratch", folder);
  return () => rm(folder, { recursive: true, force: true });
};

const onPostgres = async (project: TestProject, server: string) => {
  const folder = await mkdtemp(join(tmpdir(), "docuchat-test-"));
  const template = `test_${process.pid}`;
  await onServer(server, `create database ${template}`);
  const db = await openDb({ url: databaseUrl(server, template) });
  await (await openJobs(db, () => {})).stop();
  await db.close();
  project.provide("databaseTemplate", template);
  project.provide("unpackedTemplate", "");
  project.provide("scratch", folder);
  return async () => {
    await rm(folder, { recursive: true, force: true });
    for (const name of await databasesOf(server, template)) await dropDatabase(server, name);
  };
};

/** The template and what tests that were not the last of their file left of it. */
const databasesOf = async (server: string, template: string): Promise<string[]> => {
  const like = `${template}%`.replaceAll("_", String.raw`\_`);
  const rows = await onServer(server, `select datname from pg_database where datname like '${like}'`);
  return rows.map(({ datname }) => String(datname));
};

export default setup;
