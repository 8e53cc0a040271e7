import { sql } from "kysely";
import type { TenantDb } from "../tenancy.ts";

/** So many answers are changed by one statement, which the connection's timeout bounds. */
const BATCH = 1_000;
/** No answer runs so long, and no log of events is kept so long: older answers have none. */
const LOGGED_FOR_MS = 24 * 3_600_000;

/** Those of the files that have not been removed. */
export const findPresentFiles = async (trx: TenantDb, ids: readonly string[]): Promise<Set<string>> => {
  const rows = await filesOf(trx, ids).execute();
  return new Set(rows.map(({ id }) => id));
};

/**
 * Holds files against their removal until the transaction ends. It comes before the statement that stores their text in
 * an answer: a removal that began earlier is waited for, and a later one finds the answer.
 */
export const holdFiles = async (trx: TenantDb, ids: readonly string[]): Promise<void> => {
  if (ids.length > 0) await filesOf(trx, ids).orderBy("id").forKeyShare().execute();
};

const filesOf = (trx: TenantDb, ids: readonly string[]) =>
  trx
    .selectFrom("files")
    .select("id")
    .where("tenant_id", "=", trx.tenantId)
    .where((where) => where.eb("id", "=", sql<string>`any(${[...ids]}::uuid[])`));

/**
 * Takes the text of a file out of all answers of the tenant, in the transaction that has removed it. Returns the answers
 * that have ended a short while ago, whose events may still be logged.
 */
export const forgetFile = async (trx: TenantDb, fileId: string): Promise<string[]> => {
  const logged: string[] = [];
  for (let ids = await answersOf(trx, fileId); ids.length > 0; ids = await answersOf(trx, fileId)) {
    logged.push(...(await takeTextOut(trx, ids)));
    await trx
      .deleteFrom("message_files")
      .where("tenant_id", "=", trx.tenantId)
      .where("file_id", "=", fileId)
      .where("message_id", "in", ids)
      .execute();
  }
  return logged;
};

const answersOf = async (trx: TenantDb, fileId: string): Promise<string[]> => {
  const rows = await trx
    .selectFrom("message_files")
    .select("message_id")
    .where("tenant_id", "=", trx.tenantId)
    .where("file_id", "=", fileId)
    .orderBy("message_id")
    .limit(BATCH)
    .execute();
  return rows.map((row) => row.message_id);
};

/** Stores sources and citations as the trigger of messages makes them; held in one order, for two removals may meet. */
const takeTextOut = async (trx: TenantDb, ids: string[]): Promise<string[]> => {
  const since = new Date(Date.now() - LOGGED_FOR_MS);
  const { rows } = await sql<{ id: string; logged: boolean }>`
    with held as materialized (
      select id from messages where tenant_id = ${trx.tenantId} and id = any(${ids}::uuid[])
      order by id for no key update
    )
    update messages set sources = sources, citations = citations from held
    where messages.tenant_id = ${trx.tenantId} and messages.id = held.id
    returning messages.id, messages.outcome is not null and messages.created_at > ${since} as logged`.execute(trx);
  return rows.filter(({ logged }) => logged).map(({ id }) => id);
};
