import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { decodeJwt, type JWTPayload } from "jose";
import { createFile, inTenant, openDb } from "../../db/index.ts";
import { newId } from "../../server/id.ts";
import { cleanUp } from "../support/clean-up.ts";
import { newDatabase, newRedisUrl } from "../support/database.ts";
import { startServerProcess, type ServerProcess } from "../support/server-process.ts";
import { startTcpProxy, type TcpProxy } from "../support/tcp-proxy.ts";

/** A cluster needs what several processes can share. */
export const needsServices = !process.env["DATABASE_URL"] || !process.env["REDIS_URL"];

export type Role = "web" | "worker";
export type Cluster = {
  /** Spreads connections over the web processes that say they are ready. */
  proxy: TcpProxy;
  webs: ServerProcess[];
  workers: ServerProcess[];
  databaseUrl: string;
  dataDir: string;
  start(role: Role): Promise<ServerProcess>;
  /** Signs a user of the tenant in, who owns a ready document: without one no model is asked. */
  signInWithDocument(tenant: string, email: string): Promise<string>;
};

type Options = { webs: number; workers: number; env?: Record<string, string> };

/** Processes of both roles over one PostgreSQL, one Redis and one folder; they end with the test or the file. */
export const startCluster = async ({ webs, workers, env = {} }: Options): Promise<Cluster> => {
  const dataDir = await mkdtemp(join(tmpdir(), "docuchat-cluster-"));
  cleanUp(() => rm(dataDir, { recursive: true, force: true }));
  const database = await newDatabase();
  const databaseUrl = "url" in database ? database.url : "";
  const shared = {
    DATABASE_URL: databaseUrl,
    REDIS_URL: newRedisUrl(),
    DATA_DIR: dataDir,
    JWT_SECRET: "a key that all the processes of the cluster share",
    ...env,
  };
  const start = (role: Role) => startServerProcess({ ...shared, ROLE: role });
  const times = (count: number, role: Role) => Promise.all(Array.from({ length: count }, () => start(role)));
  const running = { webs: await times(webs, "web"), workers: await times(workers, "worker") };
  const signInWithDocument = async (tenant: string, email: string) => {
    const token = await running.webs[0]?.signIn(tenant, email);
    await addDocument(databaseUrl, decodeJwt(token ?? ""));
    return token ?? "";
  };
  return { ...running, proxy: await balance(running.webs), databaseUrl, dataDir, start, signInWithDocument };
};

/** A ready document without a page, for clusters that have no worker. */
const addDocument = async (url: string, claims: JWTPayload): Promise<void> => {
  const db = await openDb({ url });
  try {
    await inTenant(db, String(claims["tid"]), async (trx) => {
      const file = { id: newId(), uploaded_by: String(claims.sub), sha256: newId(), name: "a.pdf", size_bytes: 1 };
      await createFile(trx, file);
      await trx.updateTable("files").set({ status: "ready" }).where("id", "=", file.id).execute();
    });
  } finally {
    await db.close();
  }
};

const PROBE_MS = 100;

/** Asks each web process whether it is ready, as whoever balances in production does. `webs` is read at each probe. */
const balance = async (webs: ServerProcess[]): Promise<TcpProxy> => {
  let ready = webs.map((web) => web.url);
  let next = 0;
  const over = new AbortController();
  const probe = async () => {
    while (!over.signal.aborted) {
      const asked = webs.map(async ({ url }) =>
        (await fetch(`${url}/readyz`).catch(() => undefined))?.ok ? [url] : [],
      );
      ready = (await Promise.all(asked)).flat();
      await new Promise((resolve) => setTimeout(resolve, PROBE_MS));
    }
  };
  const ended = probe();
  cleanUp(async () => {
    over.abort();
    await ended;
  });
  return startTcpProxy(() => ready[next++ % Math.max(ready.length, 1)]);
};
