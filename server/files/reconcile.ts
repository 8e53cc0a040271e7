import { findFile, inTenant, listFileIds, listTenantIds } from "../../db/index.ts";
import type { App } from "../context.ts";

/** Rows fetched at once. */
const PAGE = 500;

export type Reconciled = {
  /** Bytes without a row, now removed: a crash, or a transaction that failed, between the two. */
  removed: number;
  /** Rows without bytes, now in the log: somebody took them from the store. */
  missing: number;
};

/**
 * Compares what the store keeps with the rows of files, tenant by tenant, both in the order of their ids, and settles
 * what differs for longer than `graceMs`: what is younger may be on its way.
 */
export const reconcile = async (app: App, { graceMs }: { graceMs: number }): Promise<Reconciled> => {
  const tenants = new Set(await listTenantIds(app.db));
  for await (const tenantId of app.store.tenants()) tenants.add(tenantId);
  const found: Reconciled = { removed: 0, missing: 0 };
  const before = new Date(Date.now() - graceMs);
  for (const tenantId of tenants)
    for await (const { fileId, since, kept } of differences(app, tenantId)) {
      if (since > before) continue;
      // Both lists took their time: the truth is asked for once more.
      const row = await inTenant(app.db, tenantId, (trx) => findFile(trx, fileId));
      if (kept && !row) {
        await app.store.remove({ tenantId, fileId });
        found.removed++;
      } else if (!kept && row && !(await app.store.has({ tenantId, fileId }))) {
        app.log.error("a file without its bytes", { tenantId, fileId, reason: "NOT_FOUND" });
        found.missing++;
      }
    }
  return found;
};

type Difference = { fileId: string; since: Date; kept: boolean };

async function* differences(app: App, tenantId: string): AsyncGenerator<Difference> {
  const store = app.store.list(tenantId)[Symbol.asyncIterator]();
  const rows = listRows(app, tenantId);
  let [bytes, row] = [await store.next(), await rows.next()];
  while (!bytes.done || !row.done) {
    if (row.done || (!bytes.done && bytes.value.fileId < row.value.id)) {
      if (!bytes.done) yield { fileId: bytes.value.fileId, since: bytes.value.keptAt, kept: true };
      bytes = await store.next();
    } else if (bytes.done || row.value.id < bytes.value.fileId) {
      yield { fileId: row.value.id, since: row.value.created_at, kept: false };
      row = await rows.next();
    } else [bytes, row] = [await store.next(), await rows.next()];
  }
}

async function* listRows(app: App, tenantId: string): AsyncGenerator<{ id: string; created_at: Date }, void> {
  let after: string | undefined;
  for (;;) {
    const rows = await inTenant(app.db, tenantId, (trx) => listFileIds(trx, { after, limit: PAGE }));
    yield* rows;
    after = rows.at(-1)?.id;
    if (rows.length < PAGE) return;
  }
}
