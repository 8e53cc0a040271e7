import { sql } from "kysely";
import { json } from "../json.ts";
import type { Dependency, FileFailure, FileStage, FileWarning } from "../schema.ts";
import type { TenantDb } from "../tenancy.ts";
import type { FileRow } from "./files.ts";

const one = (trx: TenantDb) => trx.selectFrom("files").selectAll().where("tenant_id", "=", trx.tenantId);

const update = (trx: TenantDb, id: string) =>
  trx.updateTable("files").where("tenant_id", "=", trx.tenantId).where("id", "=", id);

export type { Dependency, FileFailure, FileWarning };

type Begin = {
  recipe: string;
  /** How long the run was due: time in which no worker ran counts as no outage of a dependency. */
  lateMs?: number;
};

/**
 * Begins a run of the file's ingest; only the newest run may write. Chunks of another recipe are thrown away.
 * Undefined when the file is gone or has ended.
 */
export const beginIngest = async (
  trx: TenantDb,
  id: string,
  { recipe, lateMs = 0 }: Begin,
): Promise<FileRow | undefined> => {
  const before = await one(trx).where("id", "=", id).forUpdate().executeTakeFirst();
  if (!before || before.status === "ready" || before.status === "failed") return undefined;
  if (before.recipe !== recipe) await clearFile(trx, id);
  const total = before.recipe === recipe ? before.chunk_count : null;
  const since = before.waiting_since && new Date(before.waiting_since.getTime() + lateMs);
  return update(trx, id)
    .set((set) => ({
      attempt: set("attempt", "+", 1),
      recipe,
      status: "ingesting",
      waiting_for: null,
      waiting_since: since,
      ...(total === null ? { stage: "extracting", done: 0 } : { stage: "embedding", total }),
    }))
    .returningAll()
    .executeTakeFirst();
};

/** One run of a file's ingest: writes of an older one find no row. */
export type IngestRun = { fileId: string; attempt: number };

const ofRun = (trx: TenantDb, run: IngestRun) =>
  update(trx, run.fileId).where("attempt", "=", run.attempt).where("status", "=", "ingesting");

/** Holds the run's file until the transaction ends; false when the run is no longer the newest, or the file is gone. */
export const holdRun = async (trx: TenantDb, run: IngestRun): Promise<boolean> =>
  (await one(trx)
    .where("id", "=", run.fileId)
    .where("attempt", "=", run.attempt)
    .where("status", "=", "ingesting")
    .forUpdate()
    .executeTakeFirst()) !== undefined;

export const setProgress = async (
  trx: TenantDb,
  run: IngestRun,
  progress: { stage: FileStage; done: number; total: number; page_count?: number },
): Promise<boolean> => {
  const result = await ofRun(trx, run)
    .set({ ...progress, updated_at: new Date() })
    .executeTakeFirst();
  return result.numUpdatedRows > 0n;
};

/** What was missing has answered: an outage from now on is another one. */
const OUTAGE_OVER = { waiting_since: null, waits: 0 } as const;

type Read = { chunkCount: number; warnings: FileWarning[] };

/** The whole document is read: its chunks are stored, and none of them is embedded yet. */
export const setRead = async (trx: TenantDb, run: IngestRun, { chunkCount, warnings }: Read): Promise<void> => {
  await ofRun(trx, run)
    .set({
      ...OUTAGE_OVER,
      chunk_count: chunkCount,
      warnings: warnings.length > 0 ? json(warnings) : null,
      stage: "embedding",
      done: 0,
      total: chunkCount,
    })
    .execute();
};

/** So many of the file's chunks are still to be embedded. */
export const setEmbedded = async (trx: TenantDb, run: IngestRun, left: number): Promise<void> => {
  await ofRun(trx, run)
    .set({
      ...OUTAGE_OVER,
      stage: "embedding",
      done: sql<number>`chunk_count - ${left}`,
      total: sql<number>`chunk_count`,
      updated_at: new Date(),
    })
    .execute();
};

/** Ends the run until a dependency is to be tried again; returns since when, and how often, the file has waited in a row. */
export const setWaiting = (
  trx: TenantDb,
  run: IngestRun,
  waitingFor: Dependency,
): Promise<{ waiting_since: Date | null; waits: number }> =>
  ofRun(trx, run)
    .set((set) => ({
      status: "queued",
      waiting_for: waitingFor,
      waiting_since: set.fn.coalesce("waiting_since", set.val(new Date())),
      waits: set("waits", "+", 1),
      updated_at: new Date(),
    }))
    .returning(["waiting_since", "waits"])
    .executeTakeFirstOrThrow();

export const finishIngest = async (trx: TenantDb, run: IngestRun): Promise<boolean> => {
  const result = await ofRun(trx, run)
    .set((set) => ({ status: "ready", stage: "done", done: set.ref("total"), updated_at: new Date() }))
    .executeTakeFirst();
  return result.numUpdatedRows > 0n;
};

/**
 * Ends a file as failed unless it has ended already, and takes back what a part of its ingest has stored; with `keep`,
 * a document that was read whole keeps it for the next try, for it was paid for.
 */
export const failFile = async (
  trx: TenantDb,
  id: string,
  { keep = false, ...failure }: FileFailure & { keep?: boolean },
): Promise<boolean> => {
  const result = await update(trx, id)
    .where("status", "in", ["queued", "ingesting"])
    .set((set) => ({
      status: "failed",
      failure: json(failure),
      attempt: set("attempt", "+", 1),
      waiting_for: null,
      ...OUTAGE_OVER,
      updated_at: new Date(),
    }))
    .returning("chunk_count")
    .executeTakeFirst();
  if (!result) return false;
  if (!keep || result.chunk_count === null) await clearFile(trx, id);
  return true;
};

const clearFile = async (trx: TenantDb, id: string): Promise<void> => {
  await update(trx, id).set({ chunk_count: null, warnings: null }).execute();
  for (const table of ["chunks", "pages"] as const)
    await trx.deleteFrom(table).where("tenant_id", "=", trx.tenantId).where("file_id", "=", id).execute();
};
