import type { Writable } from "node:stream";
import { Kysely, PostgresDialect } from "kysely";
import type { Pool, PoolClient } from "pg";
import type { PgliteThread, PgliteTransaction } from "./pglite/pglite.ts";
import type { Schema } from "./schema.ts";

type Work<T> = (trx: Kysely<Schema>) => Promise<T>;
type Options = {
  /** The statements that a transaction begins with. */
  enter: string;
  /** Its statements are sent at once: it takes no others. */
  atOnce: boolean;
  /** Its plugins are the transaction's, too. */
  handle: Kysely<Schema>;
};
/** Runs work in one transaction. */
export type Transact = <T>(options: Options, work: Work<T>) => Promise<T>;

/**
 * Transactions on connections of the pool's. What one begins with is not waited for: it travels with the first statement
 * of `work`, and where it fails, every statement behind it does. So does the end of one whose statements are sent at once.
 */
export const transactOn =
  (pool: Pool): Transact =>
  async ({ enter, atOnce, handle }, work) => {
    const client = await pool.connect();
    let ending: Promise<{ command: string }> | undefined;
    const end = () => (ending ??= client.query("commit"));
    holdBack(client, () => {
      if (atOnce) end().catch(() => {});
    });
    const entered = outcome(client.query(`begin; ${enter}`));
    const kysely = kyselyOn(client, () => client.query.bind(client), handle);
    try {
      const result = await workOn(kysely, entered, atOnce ? closing(client, work) : work);
      // A statement's failure that `work` has kept to itself ends here, and below.
      const { command } = await end();
      if (command !== "COMMIT") throw new Error(ROLLED_BACK);
      client.release();
      return result;
    } catch (error) {
      await rollBack(client);
      throw error;
    }
  };

/** The same on the embedded database. */
export const transactEmbedded =
  (pglite: PgliteThread): Transact =>
  ({ enter, atOnce, handle }, work) =>
    pglite.transaction(async (trx) => {
      const entered = outcome(trx.exec(enter));
      let failed = false;
      const query = asPg(trx, () => (failed = true));
      const kysely = kyselyOn(trx, () => query, handle);
      const result = await workOn(kysely, entered, atOnce ? closing(trx, work) : work);
      if (failed) throw new Error(ROLLED_BACK);
      return result;
    });

/** What is sent until this turn's promises have settled, and `last` then, goes out as one. */
const holdBack = (client: PoolClient, last: () => void): void => {
  const { stream } = (client as PoolClient & { connection: { stream: Writable } }).connection;
  stream.cork();
  process.nextTick(() => {
    last();
    stream.uncork();
  });
};

/** Connections whose transaction takes no further statement. */
const closed = new WeakSet<object>();

/** Closes the connection's transaction as soon as this turn's promises have settled, until `work` is done. */
const closing =
  <T>(connection: object, work: Work<T>): Work<T> =>
  async (trx) => {
    let done = false;
    process.nextTick(() => {
      if (!done) closed.add(connection);
    });
    try {
      return await work(trx);
    } finally {
      done = true;
      closed.delete(connection);
    }
  };

const ROLLED_BACK = "The transaction was rolled back: one of its statements had failed.";

/** A failure of `entered` is the cause of all others. */
const workOn = async <T>(kysely: Kysely<Schema>, entered: Promise<{ error?: unknown }>, work: Work<T>): Promise<T> => {
  const failure = async () => (await entered).error;
  let result: T;
  try {
    result = await work(kysely);
  } catch (error) {
    throw (await failure()) ?? error;
  }
  const error = await failure();
  if (error !== undefined) throw error;
  return result;
};

const outcome = (statement: Promise<unknown>): Promise<{ error?: unknown }> =>
  statement.then(
    () => ({}),
    (error: unknown) => ({ error }),
  );

/** A connection that cannot even do this is not handed out again. */
const rollBack = (client: PoolClient): Promise<void> =>
  client.query("rollback").then(
    () => client.release(),
    () => client.release(true),
  );

type Query = PoolClient["query"];
const known = new WeakMap<object, Kysely<Schema>>();

/** Kysely on this one connection; another object each time, for what a transaction carries beside it. */
const kyselyOn = (connection: object, queryOf: () => Query, handle: Kysely<Schema>): Kysely<Schema> => {
  const kysely =
    known.get(connection) ??
    new Kysely<Schema>({ dialect: new PostgresDialect({ pool: only(connection, queryOf()) }) });
  known.set(connection, kysely);
  const plain = kysely.withoutPlugins();
  return handle.getExecutor().plugins.reduce((trx, plugin) => trx.withPlugin(plugin), plain);
};

/** The pool that a dialect asks for. The connection is taken and given back outside of it. */
const only = (connection: object, query: Query): ConstructorParameters<typeof PostgresDialect>[0]["pool"] => ({
  connect: async () => {
    if (closed.has(connection)) throw new Error("This transaction's statements are sent at once: it takes no others.");
    return { query, release: () => {} };
  },
  end: async () => {},
  options: {},
});

/** PGlite tells what a statement has changed, but not what it was. */
const asPg = (trx: PgliteTransaction, onFailure: () => void): Query => {
  const query = async (text: string, values: readonly unknown[]) => {
    const { rows, affectedRows } = await trx.query(text, values).catch((error: unknown) => {
      onFailure();
      throw error;
    });
    return { rows, rowCount: affectedRows ?? null, command: affectedRows === undefined ? "SELECT" : "UPDATE" };
  };
  return query as unknown as Query;
};
