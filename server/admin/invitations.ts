import { listInvitations, putInvitation, recordAudit, removeInvitation, revokeEmail } from "../../db/index.ts";
import { adminRead, adminTransaction } from "../caller.ts";
import type { Role } from "../contract/auth.ts";
import type { EmailPageInput } from "../contract/page.ts";
import type { TenantContext } from "../context.ts";
import { ReasonError } from "../errors.ts";
import { newId } from "../id.ts";
import { toPage } from "../page.ts";

/** Addresses that may join and have not yet, in the order of the addresses. */
export const invitations = async (ctx: TenantContext, { cursor, limit }: EmailPageInput) => {
  const rows = await adminRead(ctx, (trx) => listInvitations(trx, { after: cursor, limit: limit + 1 }));
  return toPage(rows, { limit, cursorOf: ({ email }) => email }, (row) => ({
    email: row.email,
    role: row.role,
    createdAt: row.created_at,
  }));
};

/** Lets an address join, also one that was removed. The invitation ends with the membership of the admin that issued it. */
export const invite = async (ctx: TenantContext, { email, role }: { email: string; role: Role }) => {
  await adminTransaction(ctx, async (trx) => {
    await putInvitation(trx, { email, role, invited_by: ctx.userId });
    await recordAudit(trx, { id: newId(), actor_id: ctx.userId, action: "invited", subject: email });
  });
  return { ok: true } as const;
};

/** Takes an invitation back, and the login codes that were sent on its strength. */
export const uninvite = async (ctx: TenantContext, { email }: { email: string }) => {
  await adminTransaction(ctx, async (trx) => {
    if (!(await removeInvitation(trx, email))) throw new ReasonError("NOT_FOUND");
    await revokeEmail(trx, { email, revocation_id: newId(), is_removed: false });
    await recordAudit(trx, { id: newId(), actor_id: ctx.userId, action: "uninvited", subject: email });
  });
  return { ok: true } as const;
};
