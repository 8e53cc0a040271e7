import { findQuotas, inTenant, listAudit, listUsers, recordAudit, setQuotas, sumUsageByUser } from "../../db/index.ts";
import { toUser } from "../auth/user.ts";
import { adminRead, adminTransaction, mustBeAdmin } from "../caller.ts";
import type { Quotas } from "../contract/admin.ts";
import type { PageInput } from "../contract/page.ts";
import type { TenantContext } from "../context.ts";
import { newId } from "../id.ts";
import { toPage } from "../page.ts";

const WEEK_MS = 7 * 24 * 3_600_000;
const NOTHING = { requests: 0, promptTokens: 0, completionTokens: 0, embeddingTokens: 0, costUsd: 0 };

/** What each member spent in the last 7 days, members in the order in which they joined. */
export const usageByMember = (ctx: TenantContext, { cursor, limit }: PageInput) =>
  inTenant(ctx.app.db, ctx.tenantId, async (trx) => {
    await mustBeAdmin(trx, ctx);
    const users = await listUsers(trx, { after: cursor, limit: limit + 1 });
    const page = toPage(users, { limit, cursorOf: ({ id }) => id }, toUser);
    const ids = page.items.map(({ id }) => id);
    const sums = await sumUsageByUser(trx, new Date(Date.now() - WEEK_MS), ids);
    const byId = new Map(sums.map((row) => [row.userId, row]));
    return { ...page, items: page.items.map((user) => ({ user, last7d: byId.get(user.id) ?? NOTHING })) };
  });

/** The tenant's upper bounds; null is unlimited. */
export const quotas = async (ctx: TenantContext): Promise<Quotas> => {
  const row = await adminRead(ctx, findQuotas);
  return {
    requestsPerDay: row?.requests_per_day ?? null,
    tokensPerDay: row?.tokens_per_day ?? null,
    files: row?.files ?? null,
    bytes: row?.bytes ?? null,
    userRequestsPerDay: row?.user_requests_per_day ?? null,
    userTokensPerDay: row?.user_tokens_per_day ?? null,
    userFiles: row?.user_files ?? null,
    userBytes: row?.user_bytes ?? null,
  };
};

/** Sets the tenant's upper bounds. */
export const changeQuotas = async (ctx: TenantContext, input: Quotas): Promise<Quotas> => {
  await adminTransaction(ctx, async (trx) => {
    await setQuotas(trx, {
      requests_per_day: input.requestsPerDay,
      tokens_per_day: input.tokensPerDay,
      files: input.files,
      bytes: input.bytes,
      user_requests_per_day: input.userRequestsPerDay,
      user_tokens_per_day: input.userTokensPerDay,
      user_files: input.userFiles,
      user_bytes: input.userBytes,
    });
    await recordAudit(trx, { id: newId(), actor_id: ctx.userId, action: "quotas_changed", subject: null });
  });
  return input;
};

/** Who signed in, changed roles, removed: newest first. */
export const audit = async (ctx: TenantContext, { cursor, limit }: { cursor?: string | undefined; limit: number }) => {
  const rows = await adminRead(ctx, (trx) => listAudit(trx, { before: cursor, limit: limit + 1 }));
  return toPage(rows, { limit, cursorOf: ({ id }) => id }, (row) => ({
    id: row.id,
    at: row.at,
    actorId: row.actor_id,
    action: row.action as "signed_in",
    subject: row.subject,
  }));
};
