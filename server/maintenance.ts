import {
  inTenant,
  listRunningAnswers,
  listTenantIds,
  removeExpiredReservations,
  removeExpiredSessions,
  removeOldKeys,
  removeOldRevocations,
  type TenantDb,
} from "../db/index.ts";
import { endAbandoned } from "./chat/abandoned.ts";
import { isAbandoned } from "./chat/answer-log.ts";
import type { App } from "./context.ts";
import { reconcile } from "./files/reconcile.ts";
import { keepVectors } from "./files/reembed.ts";
import { KEY_MS } from "./idempotency.ts";
import { rereadFiles } from "./ingest/reread.ts";

/** Longer than any upload lies between its bytes and its row. */
const ORPHAN_AGE_MS = 3_600_000;
const EVERY_MS = 3_600_000;
/** Much longer than a login code lives, whatever the clocks of database and server. */
const REVOCATION_MS = 24 * 3_600_000;

/** What a crash leaves behind is put right at start, and every hour after. Returns how to stop. */
export const startMaintenance = (app: App): { stop(): Promise<void> } => {
  const stopping = new AbortController();
  let running: Promise<void> = Promise.resolve();
  // Apart from the rest: embedding and reading anew may take hours.
  let vectors: Promise<void> = Promise.resolve();
  let rereads: Promise<void> = Promise.resolve();
  const fail = (error: unknown) => {
    if (!stopping.signal.aborted) app.log.error("maintenance failed", { error });
  };
  const sweep = () => {
    running = maintain(app, { signal: stopping.signal }).catch(fail);
    if (app.config.role === "web") return;
    vectors = vectors.then(() => keepVectors(app, { signal: stopping.signal })).catch(fail);
    rereads = rereads.then(() => rereadFiles(app, stopping.signal)).catch(fail);
  };
  sweep();
  const timer = setInterval(sweep, EVERY_MS);
  return {
    stop: async () => {
      clearInterval(timer);
      stopping.abort();
      await Promise.all([running, vectors, rereads]);
    },
  };
};

type Options = { signal?: AbortSignal; orphanAgeMs?: number };

/**
 * Ends answers that nobody writes any more, forgets reservations, keys, sessions and revocations whose time is over, removes
 * bytes without a file, and reports files without bytes.
 */
export const maintain = async (
  app: App,
  { signal = new AbortController().signal, orphanAgeMs = ORPHAN_AGE_MS }: Options = {},
): Promise<void> => {
  for (const tenantId of await listTenantIds(app.db)) {
    await endAbandonedAnswers(app, tenantId, signal);
    await inTenant(app.db, tenantId, forgetWhatIsOver);
  }
  // Once for all instances is enough, and workers are fewer.
  if (app.config.role !== "web") await reconcile(app, { graceMs: orphanAgeMs });
};

const forgetWhatIsOver = async (trx: TenantDb): Promise<void> => {
  await removeExpiredReservations(trx);
  await removeOldKeys(trx, new Date(Date.now() - KEY_MS));
  await removeExpiredSessions(trx);
  await removeOldRevocations(trx, new Date(Date.now() - REVOCATION_MS));
};

const endAbandonedAnswers = async (app: App, tenantId: string, signal: AbortSignal): Promise<void> => {
  const ids = await inTenant(app.db, tenantId, listRunningAnswers);
  const endIfAbandoned = async (messageId: string) => {
    if (!(await isAbandoned(app, { tenantId, messageId }, signal))) return;
    await inTenant(app.db, tenantId, (trx) => endAbandoned(trx, messageId));
  };
  await Promise.all(ids.map(endIfAbandoned));
};
