import { findQuotas, oldestUsage, sumFiles, sumUsage, type TenantDb } from "../db/index.ts";
import { ReasonError } from "./errors.ts";

const DAY_MS = 24 * 3_600_000;

/** Throws `QUOTA_EXCEEDED` when the tenant has used up its sliding day, with the moment when its oldest part leaves it. */
export const checkDailyQuota = async (trx: TenantDb): Promise<void> => {
  const quotas = await findQuotas(trx);
  if (!quotas || (quotas.requests_per_day === null && quotas.tokens_per_day === null)) return;
  const since = new Date(Date.now() - DAY_MS);
  const used = await sumUsage(trx, since);
  const tokens = used.promptTokens + used.completionTokens + used.embeddingTokens;
  if (used.requests < (quotas.requests_per_day ?? Infinity) && tokens < (quotas.tokens_per_day ?? Infinity)) return;
  const oldest = (await oldestUsage(trx, since)) ?? new Date();
  throw new ReasonError("QUOTA_EXCEEDED", { data: { resetsAt: new Date(oldest.getTime() + DAY_MS).toISOString() } });
};

/** Throws `QUOTA_EXCEEDED` when the tenant may keep no further file of this size. */
export const checkKeptQuota = async (trx: TenantDb, sizeBytes: number): Promise<void> => {
  const quotas = await findQuotas(trx);
  if (!quotas || (quotas.files === null && quotas.bytes === null)) return;
  const kept = await sumFiles(trx);
  const full = kept.files >= (quotas.files ?? Infinity) || kept.bytes + sizeBytes > (quotas.bytes ?? Infinity);
  if (!full) return;
  throw new ReasonError("QUOTA_EXCEEDED", { message: "The tenant may keep no more files.", data: { resetsAt: null } });
};
