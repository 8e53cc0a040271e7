import type { Selectable } from "kysely";
import type { Sessions, Users } from "../schema.ts";
import type { TenantDb } from "../tenancy.ts";

export type SessionRow = Selectable<Sessions>;
export type LiveSession = Pick<Selectable<Users>, "id" | "email" | "role" | "created_at"> & { last_seen_at: Date };

export const createSession = async (
  trx: TenantDb,
  session: { id: string; user_id: string; user_agent: string | null; expires_at: Date },
): Promise<void> => {
  await trx
    .insertInto("sessions")
    .values({ ...session, tenant_id: trx.tenantId, revoked_at: null })
    .execute();
};

/** The user behind a session that is neither revoked nor expired. */
export const findLiveSession = (trx: TenantDb, id: string, userId: string): Promise<LiveSession | undefined> =>
  trx
    .selectFrom("sessions")
    .innerJoin("users", (join) =>
      join.onRef("users.tenant_id", "=", "sessions.tenant_id").onRef("users.id", "=", "sessions.user_id"),
    )
    .select(["users.id", "users.email", "users.role", "users.created_at", "sessions.last_seen_at"])
    .where("sessions.tenant_id", "=", trx.tenantId)
    .where("sessions.id", "=", id)
    .where("sessions.user_id", "=", userId)
    .where("sessions.revoked_at", "is", null)
    .where("sessions.expires_at", ">", new Date())
    .executeTakeFirst();

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

export const touchSession = async (trx: TenantDb, id: string): Promise<void> => {
  await trx
    .updateTable("sessions")
    .set({ last_seen_at: new Date() })
    .where("tenant_id", "=", trx.tenantId)
    .where("id", "=", id)
    .execute();
};

export const listSessions = (trx: TenantDb, userId: string): Promise<SessionRow[]> =>
  trx
    .selectFrom("sessions")
    .selectAll()
    .where("tenant_id", "=", trx.tenantId)
    .where("user_id", "=", userId)
    .where("revoked_at", "is", null)
    .where("expires_at", ">", new Date())
    .orderBy("id", "desc")
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
