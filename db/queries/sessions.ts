import { sql, type Selectable } from "kysely";
import { planByKeys } from "../plan-by-keys.ts";
import { PLANNED_ONCE } from "../planned-once.ts";
import type { Sessions, Tenants, Users } from "../schema.ts";
import type { TenantDb } from "../tenancy.ts";

export type SessionRow = Selectable<Sessions>;
/** `slug` is the tenant's. */
export type LiveSession = Pick<Selectable<Users>, "role"> & Pick<Selectable<Tenants>, "slug"> & { last_seen_at: Date };

export const createSession = async (
  trx: TenantDb,
  session: { id: string; user_id: string; user_agent: string | null; expires_at: Date },
): Promise<void> => {
  await trx
    .insertInto("sessions")
    .values({ ...session, tenant_id: trx.tenantId, revoked_at: null })
    .execute();
};

/** A session that is neither revoked nor expired. */
export const findLiveSession = async (trx: TenantDb, id: string, userId: string): Promise<LiveSession | undefined> => {
  const session = trx
    .selectFrom("sessions")
    .innerJoinLateral(
      (db) =>
        db
          .selectFrom("users")
          .select("role")
          .where("tenant_id", "=", trx.tenantId)
          .where("id", "=", userId)
          .limit(1)
          .as("person"),
      (join) => join.onTrue(),
    )
    .innerJoinLateral(
      (db) => db.selectFrom("tenants").select("slug").where("id", "=", trx.tenantId).limit(1).as("tenant"),
      (join) => join.onTrue(),
    )
    .select(["person.role", "tenant.slug", "sessions.last_seen_at"])
    .where("tenant_id", "=", trx.tenantId)
    .where("id", "=", id)
    .where("user_id", "=", userId)
    .where("revoked_at", "is", null)
    .where("expires_at", ">", new Date())
    .modifyEnd(PLANNED_ONCE);
  const [, found] = await Promise.all([planByKeys(trx), session.executeTakeFirst()]);
  return found;
};

/** Those of these sessions that are neither revoked nor expired. */
export const findLiveSessions = async (trx: TenantDb, ids: string[]): Promise<Set<string>> => {
  const rows = await trx
    .selectFrom("sessions")
    .select("id")
    .where("tenant_id", "=", trx.tenantId)
    .where("id", "in", ids)
    .where("revoked_at", "is", null)
    .where("expires_at", ">", new Date())
    .execute();
  return new Set(rows.map((row) => row.id));
};

/** Whether the session is live; if so, it stays live until the transaction has ended. */
export const holdLiveSession = async (
  trx: TenantDb,
  session: { sessionId: string; userId: string },
): Promise<boolean> => {
  const row = await trx
    .selectFrom("sessions")
    .select("id")
    .where("tenant_id", "=", trx.tenantId)
    .where("id", "=", session.sessionId)
    .where("user_id", "=", session.userId)
    .where("revoked_at", "is", null)
    .where("expires_at", ">", new Date())
    .forShare()
    .executeTakeFirst();
  return row !== undefined;
};

export const touchSession = async (trx: TenantDb, id: string): Promise<void> => {
  await trx
    .updateTable("sessions")
    .set({ last_seen_at: new Date() })
    .where("tenant_id", "=", trx.tenantId)
    .where("id", "=", id)
    .execute();
};

/** A user's live sessions, newest first, `limit` of those older than the session `before`. */
export const listSessions = (
  trx: TenantDb,
  userId: string,
  { before, limit }: { before?: string | undefined; limit: number },
): Promise<SessionRow[]> =>
  trx
    .selectFrom("sessions")
    .selectAll()
    .where("tenant_id", "=", trx.tenantId)
    .where("user_id", "=", userId)
    .where("revoked_at", "is", null)
    .where("expires_at", ">", new Date())
    .$call((query) => (before === undefined ? query : query.where("id", "<", before)))
    .orderBy("id", "desc")
    .limit(limit)
    .execute();

/** The ids that were live until now. Without `sessionId`, all of the user's. */
export const revokeSessions = async (trx: TenantDb, userId: string, sessionId?: string): Promise<string[]> => {
  const rows = await trx
    .updateTable("sessions")
    .set({ revoked_at: new Date() })
    .where("tenant_id", "=", trx.tenantId)
    .where("user_id", "=", userId)
    .where("revoked_at", "is", null)
    .where((where) => (sessionId === undefined ? where.lit(true) : where("id", "=", sessionId)))
    .returning("id")
    .execute();
  return rows.map((row) => row.id);
};

/** Tokens of an expired session are refused without it. */
export const removeExpiredSessions = async (trx: TenantDb): Promise<void> => {
  await trx
    .deleteFrom("sessions")
    .where("tenant_id", "=", trx.tenantId)
    .where("expires_at", "<", sql<Date>`now() - interval '1 hour'`)
    .execute();
};
