import { sql, type Kysely } from "kysely";
import { APP_ROLE, enterTenant } from "./enter.ts";
import { kyselyOf, transactFor, type Db } from "./open.ts";
import type { Schema } from "./schema.ts";

/** A transaction that sees one tenant: row-level security holds it, under a role that owns nothing. */
export type TenantDb = Kysely<Schema> & {
  readonly tenantId: string;
  /** Whether this is PGlite, whose vectors are of whole floats. */
  readonly embedded: boolean;
};

const transaction =
  ({ atOnce }: { atOnce: boolean }) =>
  <T>(db: Db, tenantId: string, work: (trx: TenantDb) => Promise<T>): Promise<T> => {
    const embedded = "pglite" in db.queue;
    const enter = enterTenant(tenantId, { embedded });
    return transactFor(db, { tenantId, enter, atOnce }, (trx) => work(Object.assign(trx, { tenantId, embedded })));
  };

/**
 * Runs `work` in one transaction for one tenant. Every query of the product takes a `TenantDb`, so none can be written
 * without a tenant. Inside, use only what is handed in: on the embedded database anything else would wait for ever.
 */
export const inTenant = transaction({ atOnce: false });

/**
 * The same for `work` that sends all of its statements at once, as one that looks something up does: the way to the
 * database and back is gone once, not twice. A statement that comes later is refused, and what `work` throws after them
 * undoes nothing.
 */
export const askTenant = transaction({ atOnce: true });

/** For the job queue, which keeps its own tables: runs `work` as the owner, in the tenant's transaction. */
export const asOwner = async <T>(trx: TenantDb, work: () => Promise<T>): Promise<T> => {
  await sql`select set_config('role', 'none', true)`.execute(trx);
  const result = await work();
  await sql`select set_config('role', ${APP_ROLE}, true)`.execute(trx);
  return result;
};

/** Inside `db/` only: the few queries that come before a tenant is known. */
export const asSystem = (db: Db): Kysely<Schema> => kyselyOf(db);
