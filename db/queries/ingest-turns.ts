import { sql, type Kysely } from "kysely";
import { transactFor, type Db } from "../open.ts";
import type { Schema } from "../schema.ts";
import { asSystem } from "../tenancy.ts";

/** Any number; the same for every process. */
const LOCK = 7_201_514;

/** Jobs of a queue that a slot may take. */
export type TurnsOf = { queue: string; minPriority: number };

const due = ({ queue, minPriority }: TurnsOf) => sql`
  select group_id::uuid as id, count(*)::int as jobs from pgboss.job
  where name = ${queue} and state < 'active' and not blocked and start_after <= now()
    and priority >= ${minPriority} and group_id is not null group by group_id`;

const running = ({ queue }: TurnsOf) => sql`
  select group_id::uuid as id, count(*) as runs from pgboss.job
  where name = ${queue} and state = 'active' and group_id is not null group by group_id`;

/** Whether any job is due. */
export const isAnyDue = async (db: Db, which: TurnsOf): Promise<boolean> => {
  const { rows } = await sql<{ is_due: boolean }>`select exists (${due(which)}) as is_due`.execute(asSystem(db));
  return rows[0]?.is_due ?? false;
};

/**
 * Lets the tenant whose turn it is take a job: the one with the fewest running jobs, of those the one whose last turn is
 * longest ago. `take` gets the transaction, the tenants whose turn it is not, and how many jobs are due, of all tenants.
 * One caller at a time, of all processes.
 */
export const inIngestTurn = async <T>(
  db: Db,
  which: TurnsOf,
  take: (trx: Kysely<Schema>, due: { others: string[]; jobs: number }) => Promise<T>,
): Promise<T | undefined> => {
  const enter = `select pg_advisory_xact_lock(${LOCK})`;
  return transactFor(db, { tenantId: "", enter, atOnce: false }, async (trx) => {
    const { rows: tenants } = await sql<{ id: string; jobs: number }>`
      select tenants.id, due.jobs from (${due(which)}) due join tenants on tenants.id = due.id
      left join (${running(which)}) running on running.id = due.id
      order by coalesce(running.runs, 0), tenants.ingest_turn_at nulls first, tenants.id`.execute(trx);
    const [next, ...others] = tenants.map(({ id }) => id);
    if (next === undefined) return undefined;
    await sql`update tenants set ingest_turn_at = clock_timestamp() where id = ${next}`.execute(trx);
    return take(trx, { others, jobs: tenants.reduce((sum, { jobs }) => sum + jobs, 0) });
  });
};

/** Whether a tenant other than this one has a job that is due, and none that runs. */
export const isTenantWaiting = async (db: Db, which: TurnsOf, tenantId: string): Promise<boolean> => {
  const { rows } = await sql<{ waiting: boolean }>`
    select exists (
      select from (${due(which)}) due where id <> ${tenantId} and id not in (select id from (${running(which)}) running)
    ) as waiting`.execute(asSystem(db));
  return rows[0]?.waiting ?? false;
};
