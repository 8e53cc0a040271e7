import { sql } from "kysely";
import type { TenantDb } from "../tenancy.ts";

type Call = { userId: string; key: string; fingerprint: string; holder: string };
type Times = { holdMs: number; keepMs: number };

export type Claim =
  /** The call is this holder's to carry out. */
  { state: "first" } | { state: "running" } | { state: "other" } | { state: "done"; answer: string };

/** Takes a key for a call, unless it was used; one whose holder has not come back in time is taken over. */
export const claimKey = async (trx: TenantDb, call: Call, times: Times): Promise<Claim> => {
  const { userId, key, fingerprint, holder } = call;
  const heldUntil = sql<Date>`now() + make_interval(secs => ${times.holdMs / 1_000})`;
  const keptSince = sql`now() - make_interval(secs => ${times.keepMs / 1_000})`;
  const { rows } = await sql`
    insert into idempotency_keys (tenant_id, user_id, key, fingerprint, holder, held_until)
    values (${trx.tenantId}, ${userId}, ${key}, ${fingerprint}, ${holder}, ${heldUntil})
    on conflict (tenant_id, user_id, key) do update set fingerprint = excluded.fingerprint, holder = excluded.holder,
      held_until = excluded.held_until, answer = null, created_at = now()
    where idempotency_keys.created_at < ${keptSince} or (idempotency_keys.answer is null
      and idempotency_keys.held_until < now() and idempotency_keys.fingerprint = excluded.fingerprint)
    returning key`.execute(trx);
  if (rows.length > 0) return { state: "first" };
  const known = await one(trx, call).executeTakeFirst();
  // It was let go between the two statements.
  if (!known) return { state: "running" };
  if (known.fingerprint !== fingerprint) return { state: "other" };
  return known.answer === null ? { state: "running" } : { state: "done", answer: known.answer };
};

const one = (trx: TenantDb, { userId, key }: Pick<Call, "userId" | "key">) =>
  trx
    .selectFrom("idempotency_keys")
    .select(["fingerprint", "answer"])
    .where("tenant_id", "=", trx.tenantId)
    .where("user_id", "=", userId)
    .where("key", "=", key);

export const keepAnswer = async (trx: TenantDb, call: Call, answer: string): Promise<void> => {
  await trx
    .updateTable("idempotency_keys")
    .set({ answer })
    .where("tenant_id", "=", trx.tenantId)
    .where("user_id", "=", call.userId)
    .where("key", "=", call.key)
    .where("holder", "=", call.holder)
    .execute();
};

/** After a failure: the next call of the key is the first again. */
export const releaseKey = async (trx: TenantDb, call: Call): Promise<void> => {
  await trx
    .deleteFrom("idempotency_keys")
    .where("tenant_id", "=", trx.tenantId)
    .where("user_id", "=", call.userId)
    .where("key", "=", call.key)
    .where("holder", "=", call.holder)
    .execute();
};

export const removeOldKeys = async (trx: TenantDb, before: Date): Promise<void> => {
  await trx
    .deleteFrom("idempotency_keys")
    .where("tenant_id", "=", trx.tenantId)
    .where("created_at", "<", before)
    .execute();
};
