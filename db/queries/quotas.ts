import { sql, type Selectable } from "kysely";
import { PLANNED_ONCE } from "../planned-once.ts";
import type { Quotas } from "../schema.ts";
import type { TenantDb } from "../tenancy.ts";

export type QuotaRow = Omit<Selectable<Quotas>, "tenant_id">;

const quotas = (trx: TenantDb) =>
  trx
    .selectFrom("quotas")
    .select([
      "requests_per_day",
      "tokens_per_day",
      "files",
      "bytes",
      "user_requests_per_day",
      "user_tokens_per_day",
      "user_files",
      "user_bytes",
    ])
    .where("tenant_id", "=", trx.tenantId);

export const findQuotas = (trx: TenantDb): Promise<QuotaRow | undefined> => quotas(trx).executeTakeFirst();

/** Held until the transaction ends: what counts against the bounds counts one after the other. */
export const holdQuotas = (trx: TenantDb): Promise<QuotaRow | undefined> =>
  quotas(trx).forUpdate().modifyEnd(PLANNED_ONCE).executeTakeFirst();

export const setQuotas = async (trx: TenantDb, row: QuotaRow): Promise<void> => {
  await trx
    .insertInto("quotas")
    .values({ tenant_id: trx.tenantId, ...row })
    .onConflict((conflict) => conflict.column("tenant_id").doUpdateSet(row))
    .execute();
};

/** What was spent since a moment, and what is reserved. */
const spendings = (trx: TenantDb, since: Date) => sql`
  select user_id, (kind = 'chat')::int as requests, prompt_tokens + completion_tokens + embedding_tokens as tokens,
    created_at as at
  from usage_events where tenant_id = ${trx.tenantId} and created_at > ${since}
  union all
  select user_id, requests, tokens, created_at
  from reservations where tenant_id = ${trx.tenantId} and expires_at > now()`;

export type Spendings = { requests: number; tokens: number; userRequests: number; userTokens: number };

/** Spent since a moment or reserved, by the tenant and by one of its users. */
export const sumSpendings = (trx: TenantDb, since: Date, userId: string | null): Promise<Spendings> => {
  const sums = sql<Spendings>`(
    select coalesce(sum(requests), 0)::bigint as "requests", coalesce(sum(tokens), 0)::bigint as "tokens",
      coalesce(sum(requests) filter (where user_id = ${userId}::uuid), 0)::bigint as "userRequests",
      coalesce(sum(tokens) filter (where user_id = ${userId}::uuid), 0)::bigint as "userTokens"
    from (${spendings(trx, since)}) spent)`;
  return trx.selectFrom(sums.as("sums")).selectAll().executeTakeFirstOrThrow();
};

type Excess = { measure: "requests" | "tokens"; amount: number; userId: string | null };

/**
 * When the spending was with which, counted from the oldest, so much was spent; without `userId`, by the whole tenant. Now,
 * where a reservation ended meanwhile and less is spent.
 */
export const getExcess = async (trx: TenantDb, since: Date, excess: Excess): Promise<Date> => {
  const user = excess.userId === null ? sql`` : sql`where user_id = ${excess.userId}`;
  const found = sql<{ at: Date }>`(
    select coalesce(min(at), now()) as at from (
      select at, sum(${sql.ref(excess.measure)}) over (order by at) as gone
      from (${spendings(trx, since)}) spent ${user}
    ) added where gone >= ${excess.amount})`;
  return (await trx.selectFrom(found.as("found")).select("at").executeTakeFirstOrThrow()).at;
};

export type NewReservation = {
  key: string;
  user_id: string | null;
  requests: number;
  tokens: number;
  expires_at: Date;
};

/** Adds to the reservation of the same key, if there is one that has not run out. */
export const addReservation = async (trx: TenantDb, reservation: NewReservation): Promise<void> => {
  await trx
    .insertInto("reservations")
    .values({ ...reservation, tenant_id: trx.tenantId })
    .onConflict((conflict) =>
      conflict.columns(["tenant_id", "key"]).doUpdateSet({
        ...reservation,
        requests: sql<number>`excluded.requests + case when reservations.expires_at > now() then reservations.requests else 0 end`,
        tokens: sql<number>`excluded.tokens + case when reservations.expires_at > now() then reservations.tokens else 0 end`,
      }),
    )
    .execute();
};

/** A second one of the same key replaces the first. */
export const putReservation = async (trx: TenantDb, reservation: NewReservation): Promise<void> => {
  await trx
    .insertInto("reservations")
    .values({ ...reservation, tenant_id: trx.tenantId })
    .onConflict((conflict) =>
      conflict.columns(["tenant_id", "key"]).doUpdateSet({ ...reservation, created_at: new Date() }),
    )
    .execute();
};

const reservation = (trx: TenantDb, key: string) =>
  trx.updateTable("reservations").where("tenant_id", "=", trx.tenantId).where("key", "=", key);

/** Takes what has become a spending out of a reservation, and gives the rest more time. */
export const reduceReservation = async (
  trx: TenantDb,
  key: string,
  by: { tokens: number; expires_at: Date },
): Promise<void> => {
  await reservation(trx, key)
    .set((set) => ({
      tokens: sql<number>`greatest(${set.ref("tokens")} - ${by.tokens}, 0)`,
      expires_at: by.expires_at,
    }))
    .execute();
};

export const removeReservation = async (trx: TenantDb, key: string): Promise<void> => {
  await trx.deleteFrom("reservations").where("tenant_id", "=", trx.tenantId).where("key", "=", key).execute();
};

/** Those whose time is over; they count no more as it is. */
export const removeExpiredReservations = async (trx: TenantDb): Promise<void> => {
  await trx
    .deleteFrom("reservations")
    .where("tenant_id", "=", trx.tenantId)
    .where("expires_at", "<=", sql<Date>`now()`)
    .execute();
};
