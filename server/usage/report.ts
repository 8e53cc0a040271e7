import { askTenant, inTenant, sumUsage, usageSeries, type TenantDb } from "../../db/index.ts";
import { roleNow } from "../caller.ts";
import type { UsageSeriesInput } from "../contract/usage.ts";
import type { TenantContext } from "../context.ts";

const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;

const windows = async (trx: TenantDb, userId?: string) => ({
  last24h: await sumUsage(trx, new Date(Date.now() - DAY_MS), userId),
  last7d: await sumUsage(trx, new Date(Date.now() - 7 * DAY_MS), userId),
});

/** The caller's own usage; for an admin the tenant's too. */
export const usageSummary = (ctx: TenantContext) =>
  inTenant(ctx.app.db, ctx.tenantId, async (trx) => {
    // Most callers are members: only who was an admin a moment ago is looked at again.
    const isAdmin = ctx.role === "admin" && (await roleNow(trx, ctx)) === "admin";
    return { ...(await windows(trx, ctx.userId)), ...(isAdmin ? { tenant: await windows(trx) } : {}) };
  });

const NOTHING = { requests: 0, promptTokens: 0, completionTokens: 0, embeddingTokens: 0, costUsd: 0 };

/** One bucket for each UTC day or hour of the window, the running one last. */
export const usageByTime = async ({ app, tenantId, userId }: TenantContext, { days, by }: UsageSeriesInput) => {
  const stepMs = by === "day" ? DAY_MS : HOUR_MS;
  const last = Math.floor(Date.now() / stepMs) * stepMs;
  const count = (days * DAY_MS) / stepMs;
  const starts = Array.from({ length: count }, (_, index) => last - (count - 1 - index) * stepMs);
  const since = new Date(starts[0] ?? last);
  const rows = await askTenant(app.db, tenantId, (trx) => usageSeries(trx, userId, { since, by }));
  const known = new Map(rows.map((row) => [row.start.getTime(), row]));
  return { items: starts.map((start) => known.get(start) ?? { ...NOTHING, start: new Date(start) }) };
};
