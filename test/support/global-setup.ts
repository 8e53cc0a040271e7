import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { TestProject } from "vitest/node";
import { openDb } from "../../db/index.ts";
import { openJobs } from "../../server/jobs.ts";

declare module "vitest" {
  interface ProvidedContext {
    /** A dumped embedded database with the whole schema, so that each test begins without making it. */
    databaseTemplate: string;
  }
}

/** Makes the embedded database once for all test files. */
const setup = async (project: TestProject): Promise<() => Promise<void>> => {
  const folder = await mkdtemp(join(tmpdir(), "docuchat-template-"));
  const template = join(folder, "postgres.tar");
  const db = await openDb({});
  const jobs = await openJobs(db, () => {});
  await jobs.stop();
  if ("pglite" in db.queue) await writeFile(template, await db.queue.pglite.dump());
  await db.close();
  project.provide("databaseTemplate", template);
  return () => rm(folder, { recursive: true, force: true });
};

export default setup;
