import {
  askTenant,
  findUser,
  inTenant,
  listInvitations,
  listUsers,
  putInvitation,
  recordAudit,
  removeInvitation,
  removeUser,
  revokeSessions,
  setRole,
  type TenantDb,
} from "../../db/index.ts";
import { announceEnded } from "../auth/sessions.ts";
import { toUser } from "../auth/user.ts";
import type { Role } from "../contract/auth.ts";
import type { TenantContext } from "../context.ts";
import { ReasonError } from "../errors.ts";
import { newId } from "../id.ts";

const audit = (trx: TenantDb, ctx: TenantContext, what: { action: string; subject: string }) =>
  recordAudit(trx, { id: newId(), actor_id: ctx.userId, ...what });

export const members = async ({ app, tenantId }: TenantContext) => ({
  items: (await askTenant(app.db, tenantId, listUsers)).map(toUser),
});

const mustHaveChanged = (outcome: "done" | "last_admin" | "unknown") => {
  if (outcome === "unknown") throw new ReasonError("NOT_FOUND");
  if (outcome === "last_admin")
    throw new ReasonError("INVALID_INPUT", { message: "The tenant must keep at least one admin." });
};

export const changeRole = async (ctx: TenantContext, { userId, role }: { userId: string; role: Role }) => {
  const user = await inTenant(ctx.app.db, ctx.tenantId, async (trx) => {
    mustHaveChanged(await setRole(trx, userId, role));
    await audit(trx, ctx, { action: "role_changed", subject: userId });
    return findUser(trx, userId);
  });
  if (!user) throw new ReasonError("NOT_FOUND");
  forgetUser(ctx, userId);
  return toUser(user);
};

/** Takes a member out; its sessions end and its conversations go, its files stay with the tenant. */
export const removeMember = async (ctx: TenantContext, { userId }: { userId: string }) => {
  const ended = await inTenant(ctx.app.db, ctx.tenantId, async (trx) => {
    const ids = await revokeSessions(trx, userId);
    mustHaveChanged(await removeUser(trx, userId));
    await audit(trx, ctx, { action: "member_removed", subject: userId });
    return ids;
  });
  await announceEnded(ctx.app, ended);
  return { ok: true } as const;
};

const forgetUser = ({ app }: TenantContext, userId: string) => {
  for (const [id, { claims }] of app.sessions) if (claims.userId === userId) app.sessions.delete(id);
};

export const invitations = async ({ app, tenantId }: TenantContext) => {
  const rows = await askTenant(app.db, tenantId, listInvitations);
  return { items: rows.map((row) => ({ email: row.email, role: row.role, createdAt: row.created_at })) };
};

export const invite = async (ctx: TenantContext, { email, role }: { email: string; role: Role }) => {
  await inTenant(ctx.app.db, ctx.tenantId, async (trx) => {
    await putInvitation(trx, email, role);
    await audit(trx, ctx, { action: "invited", subject: email });
  });
  return { ok: true } as const;
};

export const uninvite = async (ctx: TenantContext, { email }: { email: string }) => {
  await inTenant(ctx.app.db, ctx.tenantId, async (trx) => {
    if (!(await removeInvitation(trx, email))) throw new ReasonError("NOT_FOUND");
    await audit(trx, ctx, { action: "uninvited", subject: email });
  });
  return { ok: true } as const;
};
