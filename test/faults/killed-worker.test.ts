import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { sql } from "kysely";
import { expect, test } from "vitest";
import { inTenant, findTenantBySlug, openDb } from "../../db/index.ts";
import { cleanUp } from "../support/clean-up.ts";
import { newDatabase, putDatabase } from "../support/database.ts";
import { makePdfOfPages } from "../support/pdf.ts";
import { startServerProcess, waitFor, type ServerProcess } from "../support/server-process.ts";

/** The queue notices each one only when a heartbeat of ten seconds is missed; set KILLS for more of them. */
const KILLS = Number(process.env["KILLS"] ?? 2);

type Listed = { items: { id: string; status: string; progress: { stage: string; done: number } }[] };

const listFiles = async (server: ServerProcess, token: string): Promise<Listed["items"]> => {
  const reply = await fetch(`${server.url}/v1/files`, { headers: { authorization: `Bearer ${token}` } });
  return ((await reply.json()) as Listed).items;
};

test("a server killed again and again in the middle of an ingest loses nothing and doubles nothing", async () => {
  const dataDir = await mkdtemp(join(tmpdir(), "docuchat-killed-"));
  cleanUp(() => rm(dataDir, { recursive: true, force: true }));
  const database = await newDatabase();
  const url = "url" in database ? database.url : undefined;
  await putDatabase(dataDir);
  const start = () => startServerProcess({ DATA_DIR: dataDir, DATABASE_URL: url });

  let server = await start();
  const token = await server.signIn("acme", "a@example.org");
  for (const pages of [30, 60, 90]) {
    const body = new FormData();
    body.set("file", new Blob([new Uint8Array(await makePdfOfPages(pages))]), `${pages} pages.pdf`);
    const reply = await fetch(`${server.url}/v1/files`, {
      method: "POST",
      headers: { authorization: `Bearer ${token}` },
      body,
    });
    expect(reply.status).toBe(201);
  }
  for (let kill = 0; kill < KILLS; kill++) {
    // At another moment each time: a file that has moved on since the server started, and a while more.
    const isWorkingOrDone = async () => {
      const states = (await listFiles(server, token)).map(({ status }) => status);
      return states.includes("ingesting") || states.every((status) => status === "ready") ? true : undefined;
    };
    await waitFor(isWorkingOrDone);
    await new Promise((resolve) => setTimeout(resolve, Math.random() * 600));
    await server.kill("SIGKILL");
    server = await start();
  }
  await waitFor(async () => {
    const files = await listFiles(server, token);
    return files.length === 3 && files.every((file) => file.status === "ready") ? true : undefined;
  });
  await server.kill("SIGTERM");

  const db = await openDb({ url, dataDir });
  cleanUp(() => db.close());
  const tenant = await findTenantBySlug(db, "acme");
  const { rows } = await inTenant(db, tenant?.id ?? "", (trx) =>
    sql`select f.page_count as pages, f.total as chunks,
      (select count(*)::int from pages where file_id = f.id) as "storedPages",
      (select count(*)::int from chunks where file_id = f.id) as "storedChunks",
      (select count(distinct ordinal)::int from chunks where file_id = f.id) as ordinals,
      (select count(*)::int from chunk_embeddings where file_id = f.id) as vectors
      from files f order by pages`.execute(trx),
  );
  expect(rows).toHaveLength(3);
  for (const row of rows as Record<string, number>[])
    expect(row).toMatchObject({
      storedPages: row["pages"],
      storedChunks: row["chunks"],
      ordinals: row["chunks"],
      vectors: row["chunks"],
    });
  const spent = await inTenant(db, tenant?.id ?? "", (trx) =>
    sql<{ once: boolean }>`select (select sum(tokens) from chunks) =
      (select sum(embedding_tokens) from usage_events where kind = 'embedding') as once`.execute(trx),
  );
  expect(spent.rows).toEqual([{ once: true }]);
}, 300_000);
