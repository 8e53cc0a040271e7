import { sql } from "kysely";
import { expect, test } from "vitest";
import { findTenantBySlug, inTenant, openDb } from "../../db/index.ts";
import { needsServices, startCluster, type Cluster } from "../cluster/cluster.ts";
import { call } from "../cluster/http.ts";
import { cleanUp } from "../support/clean-up.ts";
import { makePdfOfPages } from "../support/pdf.ts";
import { waitFor } from "../support/server-process.ts";

/** `KILLS=50` for the long form. */
const KILLS = Number(process.env["KILLS"] ?? 3);
const TERMINAL_MS = 60_000;

type Listed = { items: { id: string; status: string; createdAt: string }[] };

const upload = async (url: string, token: string, pages: number): Promise<void> => {
  const body = new FormData();
  body.set("file", new Blob([new Uint8Array(await makePdfOfPages(pages))]), `${pages} pages.pdf`);
  const reply = await fetch(`${url}/v1/files`, { method: "POST", headers: { authorization: `Bearer ${token}` }, body });
  expect(reply.status).toBe(201);
};

/** Kills a worker of two in turn while a file is being read, and starts another in its place. */
const killOne = async (cluster: Cluster, isReading: () => Promise<boolean>, turn: number): Promise<void> => {
  await waitFor(async () => ((await isReading()) ? true : undefined), 30_000).catch(() => undefined);
  await new Promise((resolve) => setTimeout(resolve, Math.random() * 400));
  await cluster.workers[turn % 2]?.kill("SIGKILL");
  cluster.workers[turn % 2] = await cluster.start("worker");
};

/** What does not fit together in the tenant's files: nothing, where nothing was lost, doubled or billed twice. */
const faults = async (databaseUrl: string): Promise<unknown[]> => {
  const db = await openDb({ url: databaseUrl });
  cleanUp(() => db.close());
  const tenant = await findTenantBySlug(db, "acme");
  const { rows } = await inTenant(db, tenant?.id ?? "", (trx) =>
    sql`select f.id, f.status from files f where f.status <> 'ready'
        or f.page_count <> (select count(*) from pages where file_id = f.id)
        or f.total <> (select count(*) from chunks where file_id = f.id)
        or f.total <> (select count(distinct ordinal) from chunks where file_id = f.id)
        or f.total <> (select count(*) from chunk_embeddings where file_id = f.id)
      union all
      select null, 'billed' where (select sum(tokens) from chunks) is distinct from
        (select sum(embedding_tokens) from usage_events where kind = 'embedding')`.execute(trx),
  );
  return rows;
};

test.skipIf(needsServices)(
  "workers killed in mid-ingest lose and double nothing, and each file ends soon (needs DATABASE_URL and REDIS_URL)",
  async () => {
    const cluster = await startCluster({ webs: 1, workers: 2 });
    const url = cluster.webs[0]?.url ?? "";
    const token = (await cluster.webs[0]?.signIn("acme", "a@example.org")) ?? "";
    const files = async () => (await call<Listed>(url, token, "files.list", { limit: 100 })).items;
    const isReading = async () => (await files()).some((file) => file.status === "ingesting");
    for (let kill = 0; kill < KILLS; kill++) {
      await upload(url, token, 20 + kill);
      await killOne(cluster, isReading, kill);
    }
    const ended = async () =>
      (await files()).every((file) => file.status === "ready" || file.status === "failed") ? true : undefined;
    await waitFor(ended, TERMINAL_MS);
    expect(await files()).toHaveLength(KILLS);
    expect(await faults(cluster.databaseUrl)).toEqual([]);
  },
  120_000 + KILLS * 20_000,
);
