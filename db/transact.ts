import type { Writable } from "node:stream";
import { setImmediate as nextTurn } from "node:timers/promises";
import { Kysely, PostgresDialect, type KyselyPlugin } from "kysely";
import type { Pool, PoolClient } from "pg";
import { send } from "./planned-once.ts";
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
    const gate = createGate();
    let ending: Promise<{ command: string }> | undefined;
    const end = () => {
      gate.close();
      return (ending ??= client.query("commit"));
    };
    holdBack(client, () => {
      if (atOnce) end().catch(() => {});
    });
    const entered = outcome(client.query(`begin; ${enter}`));
    const kysely = kyselyOn(client, { queryOf: () => queryOf(client), handle, gate });
    try {
      const result = await workOn(kysely, entered, work);
      // A statement's failure that `work` has kept to itself ends here, and below.
      const { command } = await end();
      if (command !== "COMMIT") throw new Error(ROLLED_BACK);
      client.release();
      return result;
    } catch (error) {
      gate.close();
      // What has passed the gate is sent by then.
      await nextTurn();
      await rollBack(client);
      throw error;
    }
  };

/** The same on the embedded database. */
export const transactEmbedded =
  (pglite: PgliteThread): Transact =>
  ({ enter, atOnce, handle }, work) =>
    pglite.transaction(async (trx) => {
      const gate = createGate();
      const entered = outcome(trx.exec(enter));
      let failed = false;
      const query = asPg(trx, () => (failed = true));
      const kysely = kyselyOn(trx, { queryOf: () => query, handle, gate });
      if (atOnce) process.nextTick(gate.close);
      try {
        const result = await workOn(kysely, entered, work);
        if (failed) throw new Error(ROLLED_BACK);
        return result;
      } finally {
        gate.close();
        await nextTurn();
      }
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

type Gate = { plugin: KyselyPlugin; close: () => void };

/** Once closed, refuses a transaction's statements: they would run behind it, or in somebody else's. */
const createGate = (): Gate => {
  let open = true;
  return {
    plugin: {
      transformQuery: ({ node }) => {
        if (!open) throw new Error("This transaction takes no more statements.");
        return node;
      },
      transformResult: async ({ result }) => result,
    },
    close: () => {
      open = false;
    },
  };
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
type Carried = { queryOf: () => Query; handle: Kysely<Schema>; gate: Gate };

/** Kysely on this one connection; another object each time, for what a transaction carries beside it. */
const kyselyOn = (connection: object, { queryOf, handle, gate }: Carried): Kysely<Schema> => {
  const kysely =
    known.get(connection) ?? new Kysely<Schema>({ dialect: new PostgresDialect({ pool: only(queryOf()) }) });
  known.set(connection, kysely);
  return [...handle.getExecutor().plugins, gate.plugin].reduce(
    (trx, plugin) => trx.withPlugin(plugin),
    kysely.withoutPlugins(),
  );
};

/** The pool that a dialect asks for. The connection is taken and given back outside of it. */
const only = (query: Query): ConstructorParameters<typeof PostgresDialect>[0]["pool"] => ({
  connect: async () => ({ query, release: () => {} }),
  end: async () => {},
  options: {},
});

const queryOf = (client: PoolClient): Query =>
  ((text: string, values: unknown[]) => send(client, text, values)) as unknown as Query;

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
