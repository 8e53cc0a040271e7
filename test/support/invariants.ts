import { sql } from "kysely";
import { inTenant, listTenantIds, type Db } from "../../db/index.ts";
import { kyselyOf } from "../../db/open.ts";
import type { FileStore } from "../../server/files/store.ts";

/** Each is a statement of a tenant's transaction that finds nothing where all is well. */
const INVARIANTS: Record<string, string> = {
  "a file that has not ended": "select id from files where status not in ('ready', 'failed')",
  "a ready file whose pages, chunks and vectors do not fit together": `select id from files f where status = 'ready' and (
      page_count <> (select count(*) from pages where file_id = f.id)
      or total <> (select count(*) from chunks where file_id = f.id)
      or total <> (select count(distinct ordinal) from chunks where file_id = f.id)
      or total <> (select count(*) from chunk_embeddings where file_id = f.id))`,
  "a failed file with something left of it": `select id from files f where status = 'failed'
      and (exists (select from pages where file_id = f.id) or exists (select from chunks where file_id = f.id))`,
  "a chunk without its file": "select id from chunks c where not exists (select from files where id = c.file_id)",
  "a vector without its chunk":
    "select chunk_id as id from chunk_embeddings v where not exists (select from chunks where id = v.chunk_id)",
  "an answer that has not ended": "select id from messages where role = 'assistant' and outcome is null",
  "an answer that is in the ledger twice":
    "select min(id::text) as id from usage_events where kind = 'chat' group by key having count(*) > 1",
  "a question without its answer": `select id from messages q where role = 'user' and not exists (
      select from messages a where a.conversation_id = q.conversation_id and a.role = 'assistant' and a.id > q.id)`,
};

/** What does not fit together in the database and the store: nothing, once all that was begun has ended. */
export const findFaults = async (db: Db, store: FileStore): Promise<string[]> => {
  const faults: string[] = [];
  for (const tenantId of await listTenantIds(db)) {
    await inTenant(db, tenantId, async (trx) => {
      for (const [what, statement] of Object.entries(INVARIANTS))
        for (const { id } of (await sql.raw<{ id: string }>(statement).execute(trx)).rows)
          faults.push(`${what}: ${id}`);
      const { rows } = await sql<{ id: string }>`select id from files`.execute(trx);
      const known = new Set(rows.map(({ id }) => id));
      for await (const { fileId } of store.list(tenantId))
        if (!known.delete(fileId)) faults.push(`bytes without a file: ${fileId}`);
      for (const id of known) faults.push(`a file without its bytes: ${id}`);
    });
    faults.push(...(await openReservations(db, tenantId)));
  }
  const { rows } = await sql<{ id: string }>`
    select id from pgboss.job where name = 'ingest' and state in ('created', 'retry', 'active')`.execute(kyselyOf(db));
  return [...faults, ...rows.map(({ id }) => `a job that has not ended: ${id}`)];
};

/** Where spending is reserved before it is settled. */
const openReservations = async (db: Db, tenantId: string): Promise<string[]> => {
  const { rows } = await sql<{ there: boolean }>`select to_regclass('reservations') is not null as there`.execute(
    kyselyOf(db),
  );
  if (!rows[0]?.there) return [];
  return inTenant(db, tenantId, async (trx) => {
    const open = await sql<{ id: string }>`select to_jsonb(r)->>'id' as id from reservations r`.execute(trx);
    return open.rows.map(({ id }) => `an open reservation: ${id}`);
  });
};
