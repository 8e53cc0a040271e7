import { sql } from "kysely";
import { PLANNED_ONCE } from "./planned-once.ts";
import type { TenantDb } from "./tenancy.ts";

/**
 * Sent in front of a statement that is planned once and reads tables which grow, for the rest of the transaction: its plan
 * goes by their keys, however small they still are when it is made. What it joins, it looks up row by row (`lateral`).
 */
export const planByKeys = async (trx: TenantDb): Promise<void> => {
  await sql`select set_config('enable_seqscan', 'off', true),
    set_config('plan_cache_mode', 'force_generic_plan', true) ${PLANNED_ONCE}`.execute(trx);
};
