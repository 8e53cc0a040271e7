import {
  askTenant,
  findQuotas,
  inTenant,
  listAudit,
  listUsers,
  recordAudit,
  setQuotas,
  sumUsageByUser,
} from "../../db/index.ts";
import { toUser } from "../auth/user.ts";
import type { Quotas } from "../contract/admin.ts";
import type { TenantContext } from "../context.ts";
import { newId } from "../id.ts";

const WEEK_MS = 7 * 24 * 3_600_000;
const NOTHING = { requests: 0, promptTokens: 0, completionTokens: 0, embeddingTokens: 0, costUsd: 0 };

export const usageByMember = ({ app, tenantId }: TenantContext) =>
  inTenant(app.db, tenantId, async (trx) => {
    const sums = new Map((await sumUsageByUser(trx, new Date(Date.now() - WEEK_MS))).map((row) => [row.userId, row]));
    const users = await listUsers(trx);
    return { items: users.map((user) => ({ user: toUser(user), last7d: sums.get(user.id) ?? NOTHING })) };
  });

export const quotas = async ({ app, tenantId }: TenantContext): Promise<Quotas> => {
  const row = await askTenant(app.db, tenantId, findQuotas);
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

export const changeQuotas = async (ctx: TenantContext, input: Quotas): Promise<Quotas> => {
  await inTenant(ctx.app.db, ctx.tenantId, async (trx) => {
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

export const audit = async (
  { app, tenantId }: TenantContext,
  { cursor, limit }: { cursor?: string | undefined; limit: number },
) => {
  const rows = await askTenant(app.db, tenantId, (trx) => listAudit(trx, { before: cursor, limit: limit + 1 }));
  const items = rows.slice(0, limit);
  return {
    items: items.map((row) => ({
      id: row.id,
      at: row.at,
      actorId: row.actor_id,
      action: row.action as "signed_in",
      subject: row.subject,
    })),
    ...(rows.length > limit ? { nextCursor: items.at(-1)?.id } : {}),
  };
};
