import { findFiles, inTenant, listFiles, type FileRow } from "../../db/index.ts";
import { File } from "../contract/files.ts";
import type { TenantContext } from "../context.ts";
import { ReasonError } from "../errors.ts";
import { fileChanges } from "./announce.ts";
import { toFile } from "./file.ts";

const LOOK_AGAIN_MS = 2_000;
const NEWEST = 100;

const hasEnded = (row: FileRow) => row.status === "ready" || row.status === "failed";
const stateOf = (row: FileRow) =>
  `${row.status} ${row.waiting_for} ${row.stage} ${row.done} ${row.total} ${row.attempt}`;

/**
 * The file's state now and at each change, until it is ready or failed; without `fileId` the tenant's newest files and
 * every change after, without end. Throws `NOT_FOUND` for a file that is not there or has gone.
 */
export async function* watch(ctx: TenantContext, { fileId }: { fileId?: string | undefined }, signal: AbortSignal) {
  const seen = new Map<string, string>();
  for await (const rows of changes(ctx, fileId, signal)) {
    for (const row of rows) {
      if (seen.get(row.id) === stateOf(row)) continue;
      seen.set(row.id, stateOf(row));
      yield File.parse(toFile(row));
      if (fileId !== undefined && hasEnded(row)) return;
    }
  }
}

/** The rows to look at: all that are watched at first and every so often, else those said to have changed. */
async function* changes({ app, tenantId }: TenantContext, fileId: string | undefined, signal: AbortSignal) {
  const changed = new Set<string>();
  let wake = Promise.withResolvers<void>();
  const onChange = (id: string) => {
    if (fileId === undefined || id === fileId) changed.add(id);
    wake.resolve();
  };
  // A store that is away delays the news until the next look.
  const unsubscribe = await app.keyValue.subscribe(fileChanges(tenantId), onChange).catch(() => () => {});
  const look = (ids: string[] | undefined) =>
    inTenant(app.db, tenantId, async (trx) => {
      if (ids === undefined && fileId === undefined) return (await listFiles(trx, { limit: NEWEST })).reverse();
      const rows = await findFiles(trx, ids ?? (fileId === undefined ? [] : [fileId]));
      if (fileId !== undefined && rows.length === 0) throw new ReasonError("NOT_FOUND");
      return rows;
    });
  const onAbort = () => wake.resolve();
  signal.addEventListener("abort", onAbort);
  try {
    yield await look(undefined);
    while (!signal.aborted) {
      const timer = setTimeout(() => wake.resolve(), LOOK_AGAIN_MS);
      await wake.promise;
      clearTimeout(timer);
      wake = Promise.withResolvers();
      const ids = [...changed];
      changed.clear();
      if (!signal.aborted) yield await look(ids.length > 0 ? ids : undefined);
    }
  } finally {
    signal.removeEventListener("abort", onAbort);
    await unsubscribe();
  }
}
