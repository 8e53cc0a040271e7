import { spawn, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import { mkdir, mkdtemp, readFile, rm, truncate, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, onTestFinished, test } from "vitest";
import {
  DataDirInUseError,
  findOrCreateTenant,
  findTenantBySlug,
  inTenant,
  listUsers,
  openDb,
} from "../../db/index.ts";
import { kyselyOf } from "../../db/open.ts";
import { copyBlank } from "../../db/pglite/blank.ts";
import { buffersFor } from "../../db/pglite/buffers.ts";
import { sql } from "kysely";
import { newId } from "../../server/id.ts";

const newFolder = async () => {
  const folder = await mkdtemp(join(tmpdir(), "docuchat-db-"));
  onTestFinished(() => rm(folder, { recursive: true, force: true }));
  return folder;
};

const startWriter = (dataDir: string): ChildProcess => {
  const script = new URL("../support/tenant-writer.ts", import.meta.url).pathname;
  const child = spawn(process.execPath, [script, dataDir], { stdio: ["ignore", "pipe", "inherit"] });
  onTestFinished(() => void child.kill("SIGKILL"));
  return child;
};

test("a folder in use is refused with a sentence, and taken over when its process was killed; nothing acknowledged is lost", async () => {
  const dataDir = await newFolder();
  const writer = startWriter(dataDir);
  let last = -1;
  writer.stdout?.on("data", (data: Buffer) => (last = Number(data.toString().trim().split("\n").at(-1))));
  if (writer.stdout) await once(writer.stdout, "data");
  const second = openDb({ dataDir });
  await expect(second).rejects.toThrow(DataDirInUseError);
  await expect(second).rejects.toThrow(/Another process is using the data folder .* DATABASE_URL/);

  writer.kill("SIGKILL");
  await once(writer, "exit");
  const db = await openDb({ dataDir });
  onTestFinished(() => db.close());
  expect(last).toBeGreaterThanOrEqual(0);
  expect(await findTenantBySlug(db, `t-${last}`)).toBeDefined();
});

test("timers run while the embedded database works", async () => {
  const db = await openDb({ dataDir: await newFolder() });
  onTestFinished(() => db.close());
  let ticks = 0;
  const timer = setInterval(() => ticks++, 5);
  onTestFinished(() => clearInterval(timer));
  // About a second of uninterrupted work in one statement: on the caller's own thread no timer would fire at all.
  await sql`select count(*) from generate_series(1, 3000000)`.execute(kyselyOf(db));
  expect(ticks).toBeGreaterThan(1);
});

test("a database that was closed refuses every call, and is told as no failure", async () => {
  const failures: Error[] = [];
  const db = await openDb({ dataDir: await newFolder(), onError: (error) => failures.push(error) });
  await db.close();
  expect(failures).toEqual([]);
  await expect(db.ping()).rejects.toThrow();
});

test("transactions that meet a closing database are refused, each to its caller", async () => {
  const db = await openDb({ dataDir: await newFolder() });
  const { id } = await findOrCreateTenant(db, { id: newId(), slug: "closing" });
  const calls = Array.from({ length: 20 }, () => inTenant(db, id, listUsers));
  await new Promise((resolve) => setImmediate(resolve));
  const closing = db.close();
  const late = Array.from({ length: 20 }, () => inTenant(db, id, listUsers));
  const results = await Promise.allSettled([...calls, ...late]);
  await closing;
  expect(results.slice(0, 1)).toMatchObject([{ status: "fulfilled" }]);
  expect(results.at(-1)).toMatchObject({ status: "rejected", reason: expect.any(Error) });
});

test("a new data folder begins with the database that the installation made; one that is there stays as it is", async () => {
  const folder = await newFolder();
  const [blank, fresh, known] = [join(folder, "blank"), join(folder, "fresh"), join(folder, "known")];
  for (const path of [blank, known, `${fresh}.new`]) {
    await mkdir(path);
    await writeFile(join(path, "PG_VERSION"), path);
  }
  for (const path of [fresh, known]) await copyBlank(path, blank);
  expect(await readFile(join(fresh, "PG_VERSION"), "utf8")).toBe(blank);
  expect(await readFile(join(known, "PG_VERSION"), "utf8")).toBe(known);
  await copyBlank(join(folder, "without"), join(folder, "nowhere"));
  await expect(readFile(join(folder, "without", "PG_VERSION"))).rejects.toThrow(/ENOENT/);
});

test("tables that change are vacuumed and analyzed within seconds", async () => {
  const db = await openDb({ dataDir: await newFolder() });
  onTestFinished(() => db.close());
  const handle = kyselyOf(db);
  await sql`create table changing as select n from generate_series(1, 3000) n`.execute(handle);
  await sql`delete from changing where n <= 1000`.execute(handle);
  const known = async () => {
    const { rows } = await sql<{ rows: number; dead: number }>`
      select reltuples::int as rows, n_dead_tup::int as dead
      from pg_class join pg_stat_user_tables on relid = oid where oid = 'changing'::regclass`.execute(handle);
    return rows[0];
  };
  await expect.poll(known, { timeout: 15_000, interval: 200 }).toEqual({ rows: 2000, dead: 0 });
});

test("pages are held in memory as there are, from 48 to 128 MB", async () => {
  const folder = await newFolder();
  expect(buffersFor(undefined)).toBe(48);
  expect(buffersFor(join(folder, "not-there-yet"))).toBe(48);
  await mkdir(join(folder, "base", "5"), { recursive: true });
  for (const [megabytes, buffers] of [
    [10, 48],
    [70, 71],
    [500, 128],
  ] as const) {
    await writeFile(join(folder, "base", "5", "16384"), "");
    await truncate(join(folder, "base", "5", "16384"), megabytes * 2 ** 20);
    await writeFile(join(folder, "base", "5", "16385"), "a few bytes more");
    expect(buffersFor(folder)).toBe(buffers);
  }
});
