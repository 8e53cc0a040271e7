import { inTenant, requeueFailedFiles } from "../../db/index.ts";
import type { RetryFailedInput } from "../contract/files.ts";
import type { TenantContext } from "../context.ts";
import { announceFile, announceIngest } from "./announce.ts";

const FILES_PER_TRANSACTION = 500;

/**
 * Ingests the tenant's failed files again, those of the given reasons or all; each at most once, also where one fails
 * again meanwhile. What a call that broke off has left, the next one takes.
 */
export const retryFailed = async (
  { app, tenantId, requestId }: TenantContext,
  { reasons }: RetryFailedInput,
): Promise<{ count: number }> => {
  let count = 0;
  let after: string | undefined;
  do {
    const batch = { reasons, after, limit: FILES_PER_TRANSACTION };
    const ids = await inTenant(app.db, tenantId, async (trx) => {
      const requeued = await requeueFailedFiles(trx, batch);
      const jobs = requeued.map((fileId) => ({ tenantId, fileId, requestId }));
      if (jobs.length > 0) await app.jobs.sendIngests(trx, jobs);
      return requeued;
    });
    if (ids.length > 0) await announceIngest(app);
    await Promise.all(ids.map((fileId) => announceFile(app, { tenantId, fileId })));
    count += ids.length;
    after = ids.length < FILES_PER_TRANSACTION ? undefined : ids.at(-1);
  } while (after !== undefined);
  return { count };
};
