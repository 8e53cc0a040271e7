import { once } from "node:events";
import { join } from "node:path";
import { Kysely, PGliteDialect, PostgresDialect } from "kysely";
import type { PoolClient } from "pg";
import { lockDataDir } from "./data-lock.ts";
import { enterTenant } from "./enter.ts";
import { createFairQueue } from "./fair-queue.ts";
import { ensureGrants } from "./grants.ts";
import { migrate } from "./migrate.ts";
import { startPglite, type PgliteThread } from "./pglite/pglite.ts";
import { checkServer } from "./requirements.ts";
import type { Schema } from "./schema.ts";
import { transactEmbedded, transactOn, type Transact } from "./transact.ts";

declare const queries: unique symbol;

/** An open database. What it holds is reached only by a transaction that carries a tenant, and by `system`. */
export type Db = {
  readonly [queries]?: never;
  /** For the job queue, which keeps a schema of its own on the same database. */
  readonly queue: { pglite: PgliteThread } | { url: string };
  /** One transaction under the role of tenants' queries. Rejects when the database does not carry it out. */
  ping(): Promise<void>;
  close(): Promise<void>;
};

type OpenDb = Db & { kysely: Kysely<Schema>; transact: Transact; inTurn: ReturnType<typeof createFairQueue> };
/** Inside `db/` only: the handle behind a `Db`. */
export const kyselyOf = (db: Db): Kysely<Schema> => (db as OpenDb).kysely;
/** Inside `db/` only: runs `work` in a transaction that begins with `enter`, when it is the tenant's turn. */
export const transactFor = <T>(
  db: Db,
  { tenantId, ...how }: { tenantId: string; enter: string; atOnce: boolean },
  work: (trx: Kysely<Schema>) => Promise<T>,
): Promise<T> => {
  const { kysely: handle, transact, inTurn } = db as OpenDb;
  return inTurn(tenantId, () => transact({ ...how, handle }, work));
};

export type DbOptions = {
  /** Unset: PGlite in `dataDir`. */
  url?: string | undefined;
  /** Unset: PGlite in memory. */
  dataDir?: string | undefined;
  /** Hears of an embedded database that stopped, and of idle connections that broke. */
  onError?: (error: Error) => void;
};

/**
 * Opens PostgreSQL or PGlite and brings the schema and its grants up to date. Throws `DataDirInUseError` for a folder in
 * use, and `UnusableDatabaseError` for a server, a role or a restored database that cannot serve.
 */
export const openDb = async (options: DbOptions): Promise<Db> => {
  const db = options.url === undefined ? await openPglite(options) : await openPostgres(options.url, options.onError);
  try {
    if (options.url !== undefined) await checkServer(db.kysely);
    await migrate(db.kysely);
    // The embedded database brings its roles and grants along, since they lie in the same folder.
    if (options.url !== undefined) await ensureGrants(db.kysely);
  } catch (error) {
    await db.close();
    throw error;
  }
  return db;
};

const openPglite = async ({ dataDir, onError }: DbOptions): Promise<OpenDb> => {
  const lock = dataDir === undefined ? undefined : lockDataDir(dataDir);
  const folder = dataDir === undefined ? undefined : join(dataDir, "postgres");
  const pglite = startPglite({ dataDir: folder }, onError);
  const kysely = new Kysely<Schema>({ dialect: new PGliteDialect({ pglite }) });
  const close = async () => {
    await pglite.close();
    lock?.release();
  };
  try {
    await pglite.waitReady;
  } catch (error) {
    await close().catch(() => {});
    throw error;
  }
  // A second one is at hand when the first has ended.
  const inTurn = createFairQueue({ atOnce: 2 });
  const transact = transactEmbedded(pglite);
  const alive = () => ping(transact, kysely, { embedded: true });
  return { kysely, transact, inTurn, queue: { pglite }, ping: alive, close };
};

const CONNECTION_WAIT_MS = 5_000;
const TIMEOUTS = { connectionTimeoutMillis: CONNECTION_WAIT_MS, query_timeout: 30_000, statement_timeout: 25_000 };
const CONNECTIONS = 20;
/** For what belongs to no tenant. */
const SPARE_CONNECTIONS = 2;

type ClientStream = { connection: { stream: { destroy(): void } } };

const openPostgres = async (url: string, onError: (error: Error) => void = () => {}): Promise<OpenDb> => {
  const { Pool, TypeOverrides, types: pgTypes } = await import("pg");
  const types = new TypeOverrides();
  types.setTypeParser(pgTypes.builtins.INT8, Number);
  // In pipeline mode a statement is sent before the one in front of it is answered.
  const pool = new Pool({
    connectionString: url,
    max: CONNECTIONS,
    types,
    keepAlive: true,
    pipeline: true,
    ...TIMEOUTS,
  });
  // A connection that breaks is replaced; without a listener, idle or between two queries, it would end the process.
  pool.on("error", onError);
  pool.on("connect", (client) => {
    client.on("error", onError);
    giveUpOnTimeout(client);
  });
  const kysely = new Kysely<Schema>({ dialect: new PostgresDialect({ pool }) });
  const inTurn = createFairQueue({ atOnce: CONNECTIONS - SPARE_CONNECTIONS, waitMs: CONNECTION_WAIT_MS });
  const transact = transactOn(pool);
  const alive = () => ping(transact, kysely, { embedded: false });
  return { kysely, transact, inTurn, queue: { url }, ping: alive, close: () => kysely.destroy() };
};

/** A query without an answer leaves its connection hanging: it is cut, before the pool can hand it out again. */
const giveUpOnTimeout = (client: PoolClient & ClientStream): void => {
  const query = client.query.bind(client) as (...args: unknown[]) => unknown;
  const cut = async (error: unknown): Promise<never> => {
    if (error instanceof Error && error.message === "Query read timeout") {
      const ended = once(client, "end");
      client.connection.stream.destroy();
      await ended;
    }
    throw error;
  };
  const bounded = (...args: unknown[]): unknown => {
    const result = query(...args);
    return result instanceof Promise ? result.catch(cut) : result;
  };
  Object.assign(client, { query: bounded });
};

/** Stands for a tenant that is not there. */
const NO_TENANT = "00000000-0000-0000-0000-000000000000";

/** Not in the tenants' turns: a busy database is a ready one. */
const ping = async (transact: Transact, handle: Kysely<Schema>, { embedded }: { embedded: boolean }): Promise<void> => {
  const enter = enterTenant(NO_TENANT, { embedded });
  await transact({ enter, atOnce: true, handle }, (trx) =>
    trx.selectFrom("users").select("id").where("tenant_id", "=", NO_TENANT).limit(1).execute(),
  );
};
