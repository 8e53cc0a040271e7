import { Kysely, PostgresDialect } from "kysely";
import type { Pool, PoolClient } from "pg";
import type { Schema } from "./schema.ts";

/**
 * One transaction on a connection of the pool's. What begins it is not waited for: it travels with the first statement,
 * and where it fails, every statement behind it does.
 */
export const transact = async <T>(pool: Pool, begin: string, work: (trx: Kysely<Schema>) => Promise<T>): Promise<T> => {
  const client = await pool.connect();
  const begun = client.query(begin);
  const refused = begun.then(
    () => undefined,
    (error: unknown) => error,
  );
  try {
    const result = await work(kyselyOn(client));
    await begun;
    // A statement's failure that `work` has kept to itself ends here.
    const { command } = await client.query("commit");
    if (command !== "COMMIT") throw new Error("The transaction was rolled back: one of its statements had failed.");
    client.release();
    return result;
  } catch (error) {
    await rollBack(client);
    throw (await refused) ?? error;
  }
};

/** A connection that cannot even do this is not handed out again. */
const rollBack = (client: PoolClient): Promise<void> =>
  client.query("rollback").then(
    () => client.release(),
    () => client.release(true),
  );

const known = new WeakMap<PoolClient, Kysely<Schema>>();

/** Kysely on this one connection; another object each time, for what a transaction carries beside it. */
const kyselyOn = (client: PoolClient): Kysely<Schema> => {
  const kysely = known.get(client) ?? new Kysely<Schema>({ dialect: new PostgresDialect({ pool: onlyThis(client) }) });
  known.set(client, kysely);
  return kysely.withoutPlugins();
};

/** The pool that a dialect asks for. The connection is taken and given back outside of it. */
const onlyThis = (client: PoolClient): ConstructorParameters<typeof PostgresDialect>[0]["pool"] => {
  const query = client.query.bind(client);
  return { connect: async () => ({ query, release: () => {} }), end: async () => {}, options: {} };
};
