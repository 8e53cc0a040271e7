import {
  findUser,
  listRunningAnswers,
  listUsers,
  recordAudit,
  removeInvitation,
  removeUser,
  revokeEmail,
  revokeSessions,
  setRole,
  type TenantDb,
  type UserRow,
} from "../../db/index.ts";
import { stopAnswers } from "../answer-logs.ts";
import { announceEnded } from "../auth/sessions.ts";
import { toUser } from "../auth/user.ts";
import { adminRead, adminTransaction } from "../caller.ts";
import type { Role } from "../contract/auth.ts";
import type { PageInput } from "../contract/page.ts";
import type { TenantContext } from "../context.ts";
import { ReasonError } from "../errors.ts";
import { newId } from "../id.ts";
import { toPage } from "../page.ts";

/** The tenant's members, in the order in which they joined. */
export const members = async (ctx: TenantContext, { cursor, limit }: PageInput) => {
  const rows = await adminRead(ctx, (trx) => listUsers(trx, { after: cursor, limit: limit + 1 }));
  return toPage(rows, { limit, cursorOf: ({ id }) => id }, toUser);
};

const mustFind = async (trx: TenantDb, userId: string): Promise<UserRow> => {
  const user = await findUser(trx, userId);
  if (!user) throw new ReasonError("NOT_FOUND");
  return user;
};

const mustHaveChanged = (outcome: "done" | "last_admin" | "unknown") => {
  if (outcome === "unknown") throw new ReasonError("NOT_FOUND");
  if (outcome === "last_admin")
    throw new ReasonError("INVALID_INPUT", { message: "The tenant must keep at least one admin." });
};

/** Makes a member an admin, or an admin a member; the invitations to be an admin that it issued go with its role. */
export const changeRole = async (ctx: TenantContext, { userId, role }: { userId: string; role: Role }) => {
  const user = await adminTransaction(ctx, async (trx) => {
    mustHaveChanged(await setRole(trx, userId, role));
    await recordAudit(trx, { id: newId(), actor_id: ctx.userId, action: "role_changed", subject: userId });
    return mustFind(trx, userId);
  });
  forgetUser(ctx, userId);
  return toUser(user);
};

/**
 * Takes a member out: its sessions, login codes, invitations (for its address and those that it issued), idempotency keys
 * and conversations go, its running answers stop, its files stay with the tenant. Its address comes back only by an invitation of after.
 */
export const removeMember = async (ctx: TenantContext, { userId }: { userId: string }) => {
  const { sessions, answers } = await adminTransaction(ctx, async (trx) => {
    const { email } = await mustFind(trx, userId);
    const sessions = await revokeSessions(trx, userId);
    const answers = await listRunningAnswers(trx, { userId });
    mustHaveChanged(await removeUser(trx, userId));
    await removeInvitation(trx, email);
    await revokeEmail(trx, { email, revocation_id: newId(), is_removed: true });
    await recordAudit(trx, { id: newId(), actor_id: ctx.userId, action: "member_removed", subject: userId });
    return { sessions, answers };
  });
  await announceEnded(ctx.app, sessions);
  await stopAnswers(ctx.app, answers);
  return { ok: true } as const;
};

const forgetUser = ({ app }: TenantContext, userId: string) => {
  for (const [id, { claims }] of app.sessions) if (claims.userId === userId) app.sessions.delete(id);
};
