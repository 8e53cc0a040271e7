import { sql, type Selectable } from "kysely";
import { PLANNED_ONCE } from "../planned-once.ts";
import type { UsageEvents } from "../schema.ts";
import type { TenantDb } from "../tenancy.ts";

export type NewUsageEvent = Omit<Selectable<UsageEvents>, "tenant_id" | "created_at">;

/** Counts a spending once: a second event of the same key changes nothing. */
export const recordUsage = async (trx: TenantDb, event: NewUsageEvent): Promise<void> => {
  await trx
    .insertInto("usage_events")
    .values({ ...event, tenant_id: trx.tenantId })
    .onConflict((conflict) => conflict.columns(["tenant_id", "key"]).doNothing())
    .modifyEnd(PLANNED_ONCE)
    .execute();
};

export type UsageSums = {
  requests: number;
  promptTokens: number;
  completionTokens: number;
  embeddingTokens: number;
  costUsd: number;
};

const SUMS = sql`
  count(*) filter (where kind = 'chat')::int as "requests",
  coalesce(sum(prompt_tokens), 0)::bigint as "promptTokens",
  coalesce(sum(completion_tokens), 0)::bigint as "completionTokens",
  coalesce(sum(embedding_tokens), 0)::bigint as "embeddingTokens",
  coalesce(sum(cost_usd), 0)::float8 as "costUsd"`;

/** One user's usage since a moment, or the whole tenant's. */
export const sumUsage = async (trx: TenantDb, since: Date, userId?: string): Promise<UsageSums> => {
  const user = userId === undefined ? sql`` : sql`and user_id = ${userId}`;
  const { rows } = await sql<UsageSums>`
    select ${SUMS} from usage_events
    where tenant_id = ${trx.tenantId} and created_at >= ${since} ${user}`.execute(trx);
  const [sums] = rows;
  if (!sums) throw new Error("an aggregate without a row");
  return sums;
};

/** One user's usage in buckets of UTC hours or days; empty buckets are left out. */
export const usageSeries = async (
  trx: TenantDb,
  userId: string,
  window: { since: Date; by: "day" | "hour" },
): Promise<(UsageSums & { start: Date })[]> => {
  const start = sql`date_trunc(${sql.lit(window.by)}, created_at at time zone 'UTC') at time zone 'UTC'`;
  const { rows } = await sql<UsageSums & { start: Date }>`
    select ${start} as start, ${SUMS} from usage_events
    where tenant_id = ${trx.tenantId} and user_id = ${userId} and created_at >= ${window.since}
    group by 1 order by 1`.execute(trx);
  return rows;
};

/** Each of these users' usage since a moment. Read user by user: the rest of the tenant's usage is not. */
export const sumUsageByUser = async (
  trx: TenantDb,
  since: Date,
  userIds: string[],
): Promise<(UsageSums & { userId: string })[]> => {
  const { rows } = await sql<UsageSums & { userId: string }>`
    select asked.id as "userId", sums.* from unnest(${userIds}::uuid[]) asked (id), lateral (
      select ${SUMS} from usage_events
      where tenant_id = ${trx.tenantId} and user_id = asked.id and created_at >= ${since}
    ) sums`.execute(trx);
  return rows;
};
