import { setTimeout as sleep } from "node:timers/promises";
import {
  countOutdated,
  countReread,
  findOutdated,
  findServedModel,
  inTenant,
  listTenantIds,
  putOutdatedCount,
  withProcessLock,
} from "../../db/index.ts";
import type { App } from "../context.ts";
import { READER_VERSION } from "./recipe.ts";
import { rereadFile } from "./reread-file.ts";

/** Any number; the same for every process. */
const LOCK = 7_201_515;

/**
 * Reads ready files again that an older version of the reader has read: one at a time over all processes, by tenant in
 * turn, and only while no upload waits. What could not be read now is left to the next call. `REREAD=off` counts alone.
 */
export const rereadFiles = async (app: App, signal: AbortSignal): Promise<void> => {
  const tenants = await findTenants(app, signal);
  if (!app.config.rereads || tenants.size === 0) return;
  await withProcessLock(app.db, LOCK, () => rereadInTurn(app, tenants, signal), signal);
};

/** The tenants that have outdated files, and are served from the configured space: the others are embedded anew first. */
const findTenants = async (app: App, signal: AbortSignal): Promise<Set<string>> => {
  const tenants = new Set<string>();
  let count = 0;
  for (const tenantId of await listTenantIds(app.db)) {
    signal.throwIfAborted();
    const [outdated, served] = await inTenant(app.db, tenantId, async (trx) => [
      await countOutdated(trx, READER_VERSION),
      await findServedModel(trx),
    ]);
    count += outdated;
    if (outdated > 0 && served?.id === app.embeddingModelId) tenants.add(tenantId);
  }
  await putOutdatedCount(app.db, READER_VERSION, count);
  return tenants;
};

/** One file of each tenant, again and again. A tenant that fails holds up no other. */
const rereadInTurn = async (app: App, tenants: Set<string>, signal: AbortSignal): Promise<void> => {
  const last = new Map<string, string>();
  while (tenants.size > 0)
    for (const tenantId of tenants) {
      await untilIdle(app, signal);
      const next = await rereadNext(app, { tenantId, after: last.get(tenantId) }, signal).catch((error: unknown) => {
        signal.throwIfAborted();
        app.log.error("reading files of a tenant again failed", { tenantId, error });
        return "none" as const;
      });
      if (next === "outage") return;
      if (next === "none") tenants.delete(tenantId);
      else if (next !== "again") last.set(tenantId, next.fileId);
    }
};

const untilIdle = async ({ jobs }: App, signal: AbortSignal): Promise<void> => {
  signal.throwIfAborted();
  while (await jobs.isIngestDue()) await sleep(jobs.pollMs, undefined, { signal });
};

/** The file that was dealt with; or whether it is to be tried `again`, the tenant has `none` for now, or nobody can go on. */
const rereadNext = async (
  app: App,
  { tenantId, after }: { tenantId: string; after: string | undefined },
  signal: AbortSignal,
): Promise<{ fileId: string } | "again" | "none" | "outage"> => {
  const which = { readerVersion: READER_VERSION, after };
  const fileId = await inTenant(app.db, tenantId, (trx) => findOutdated(trx, which));
  if (fileId === undefined) return "none";
  const outcome = await rereadFile(app, { tenantId, fileId }, signal);
  if (outcome === "replaced" || outcome === "kept") await countReread(app.db, READER_VERSION, outcome);
  if (outcome === "gaveWay") return "again";
  if (outcome === "postponed") return "none";
  return outcome === "outage" ? "outage" : { fileId };
};
