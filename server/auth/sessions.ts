import {
  askTenant,
  findTenant,
  findUser,
  inTenant,
  listSessions,
  recordAudit,
  revokeSessions,
} from "../../db/index.ts";
import type { PageInput } from "../contract/page.ts";
import type { App, TenantContext } from "../context.ts";
import { ReasonError } from "../errors.ts";
import { newId } from "../id.ts";
import { toPage } from "../page.ts";
import { toTenant, toUser } from "./user.ts";

/** Where the ids of ended sessions are told to every instance, so that their open connections end. */
export const SESSIONS_ENDED = "sessions-ended";

export const me = ({ app, tenantId, userId }: TenantContext) =>
  askTenant(app.db, tenantId, async (trx) => {
    const [user, tenant] = await Promise.all([findUser(trx, userId), findTenant(trx)]);
    if (!user || !tenant) throw new ReasonError("SESSION_REVOKED");
    return { user: toUser(user), tenant: toTenant(tenant) };
  });

/** The user's live sessions, newest first. */
export const sessions = async ({ app, tenantId, userId, sessionId }: TenantContext, { cursor, limit }: PageInput) => {
  const page = { before: cursor, limit: limit + 1 };
  const rows = await askTenant(app.db, tenantId, (trx) => listSessions(trx, userId, page));
  return toPage(rows, { limit, cursorOf: ({ id }) => id }, (row) => ({
    id: row.id,
    createdAt: row.created_at,
    lastSeenAt: row.last_seen_at,
    expiresAt: row.expires_at,
    userAgent: row.user_agent,
    current: row.id === sessionId,
  }));
};

/** Ends this session on every instance, its open sockets and streams too. */
export const signOut = (ctx: TenantContext) => end(ctx, { sessionId: ctx.sessionId, action: "signed_out" });

/** Ends another session of the same user. Throws `NOT_FOUND` when it has no such live session. */
export const revokeSession = (ctx: TenantContext, { sessionId }: { sessionId: string }) =>
  end(ctx, { sessionId, action: "session_revoked" });

const end = async ({ app, tenantId, userId }: TenantContext, what: { sessionId: string; action: string }) => {
  const ended = await inTenant(app.db, tenantId, async (trx) => {
    const ids = await revokeSessions(trx, userId, what.sessionId);
    if (ids.length > 0)
      await recordAudit(trx, { id: newId(), actor_id: userId, action: what.action, subject: what.sessionId });
    return ids;
  });
  if (ended.length === 0) throw new ReasonError("NOT_FOUND");
  await announceEnded(app, ended);
  return { ok: true } as const;
};

/** The sessions have ended in the database already: a store that is down delays the news, and undoes nothing. */
export const announceEnded = async (app: App, sessionIds: string[]): Promise<void> => {
  for (const id of sessionIds) {
    app.sessions.delete(id);
    await app.keyValue
      .publish(SESSIONS_ENDED, id)
      .catch((error: unknown) => app.log.warn("session end not announced", { error }));
  }
};
