import { sql, type Selectable } from "kysely";
import { json } from "../json.ts";
import type { FileFailure, Files, FileStage, Pages } from "../schema.ts";
import type { TenantDb } from "../tenancy.ts";

export type FileRow = Selectable<Files>;
type NewFile = { id: string; uploaded_by: string; sha256: string; name: string; size_bytes: number };

/** Undefined when the tenant has these bytes already. */
export const createFile = (trx: TenantDb, file: NewFile): Promise<FileRow | undefined> =>
  trx
    .insertInto("files")
    .values({ ...file, tenant_id: trx.tenantId, failure: null })
    .onConflict((conflict) => conflict.columns(["tenant_id", "sha256"]).doNothing())
    .returningAll()
    .executeTakeFirst();

const one = (trx: TenantDb) => trx.selectFrom("files").selectAll().where("tenant_id", "=", trx.tenantId);

/** Whether the tenant, or what is asked of it, has a file that can be searched. */
export const hasReadyFile = async (trx: TenantDb, fileIds?: readonly string[]): Promise<boolean> => {
  const row = await trx
    .selectFrom("files")
    .select("id")
    .where("tenant_id", "=", trx.tenantId)
    .where("status", "=", "ready")
    .$if(fileIds !== undefined, (query) => query.where("id", "in", fileIds ?? []))
    .limit(1)
    .executeTakeFirst();
  return row !== undefined;
};

export const findFile = (trx: TenantDb, id: string): Promise<FileRow | undefined> =>
  one(trx).where("id", "=", id).executeTakeFirst();

export const findFileByHash = (trx: TenantDb, sha256: string): Promise<FileRow | undefined> =>
  one(trx).where("sha256", "=", sha256).executeTakeFirst();

/** Newest first, `limit` of those older than the file `before`. */
export const listFiles = (
  trx: TenantDb,
  { status, before, limit }: { status?: FileRow["status"] | undefined; before?: string | undefined; limit: number },
): Promise<FileRow[]> =>
  one(trx)
    .$call((query) => (status === undefined ? query : query.where("status", "=", status)))
    .$call((query) => (before === undefined ? query : query.where("id", "<", before)))
    .orderBy("id", "desc")
    .limit(limit)
    .execute();

/** In the order of ids, `limit` of those behind `after`: for comparing with the bytes that are kept. */
export const listFileIds = (
  trx: TenantDb,
  { after, limit }: { after: string | undefined; limit: number },
): Promise<{ id: string; created_at: Date }[]> =>
  trx
    .selectFrom("files")
    .select(["id", "created_at"])
    .where("tenant_id", "=", trx.tenantId)
    .$call((query) => (after === undefined ? query : query.where("id", ">", after)))
    .orderBy("id")
    .limit(limit)
    .execute();

/** Kept by the tenant, or by one of its users. */
export const sumFiles = async (trx: TenantDb, userId?: string): Promise<{ files: number; bytes: number }> => {
  const row = await trx
    .selectFrom("files")
    .select((select) => [
      select.fn.countAll<number>().as("files"),
      sql<number>`coalesce(sum(size_bytes), 0)::bigint`.as("bytes"),
    ])
    .where("tenant_id", "=", trx.tenantId)
    .$call((query) => (userId === undefined ? query : query.where("uploaded_by", "=", userId)))
    .executeTakeFirstOrThrow();
  return row;
};

const update = (trx: TenantDb, id: string) =>
  trx.updateTable("files").where("tenant_id", "=", trx.tenantId).where("id", "=", id);

/**
 * Begins a run of the file's ingest; only the newest run may write. Chunks of another recipe are thrown away.
 * Undefined when the file is gone or has ended.
 */
export const beginIngest = async (trx: TenantDb, id: string, recipe: string): Promise<FileRow | undefined> => {
  const before = await one(trx).where("id", "=", id).forUpdate().executeTakeFirst();
  if (!before || before.status === "ready" || before.status === "failed") return undefined;
  if (before.recipe !== recipe) await clearFile(trx, id);
  return update(trx, id)
    .set((set) => ({ attempt: set("attempt", "+", 1), recipe, status: "ingesting", stage: "extracting", done: 0 }))
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

export const finishIngest = async (trx: TenantDb, run: IngestRun): Promise<boolean> => {
  const result = await ofRun(trx, run)
    .set((set) => ({ status: "ready", stage: "done", done: set.ref("total"), updated_at: new Date() }))
    .executeTakeFirst();
  return result.numUpdatedRows > 0n;
};

/** Ends a file as failed unless it has ended already, and takes back what a part of its ingest has stored. */
export const failFile = async (trx: TenantDb, id: string, failure: FileFailure): Promise<boolean> => {
  const result = await update(trx, id)
    .where("status", "in", ["queued", "ingesting"])
    .set((set) => ({
      status: "failed",
      failure: json(failure),
      attempt: set("attempt", "+", 1),
      updated_at: new Date(),
    }))
    .executeTakeFirst();
  if (result.numUpdatedRows === 0n) return false;
  await clearFile(trx, id);
  return true;
};

/** Back to the queue after a failure; undefined when the file has not failed. */
export const requeueFile = (trx: TenantDb, id: string): Promise<FileRow | undefined> =>
  update(trx, id)
    .where("status", "=", "failed")
    .set({ status: "queued", stage: "queued", done: 0, total: 0, failure: null, updated_at: new Date() })
    .returningAll()
    .executeTakeFirst();

/** With its pages, chunks and vectors. */
export const removeFile = (trx: TenantDb, id: string): Promise<FileRow | undefined> =>
  trx.deleteFrom("files").where("tenant_id", "=", trx.tenantId).where("id", "=", id).returningAll().executeTakeFirst();

const clearFile = async (trx: TenantDb, id: string): Promise<void> => {
  for (const table of ["chunks", "pages"] as const)
    await trx.deleteFrom(table).where("tenant_id", "=", trx.tenantId).where("file_id", "=", id).execute();
};

export type NewPage = Omit<Selectable<Pages>, "tenant_id">;

export const insertPages = async (trx: TenantDb, pages: NewPage[]): Promise<void> => {
  if (pages.length === 0) return;
  await trx
    .insertInto("pages")
    .values(pages.map((page) => ({ ...page, tenant_id: trx.tenantId, lines: json(page.lines) })))
    .onConflict((conflict) => conflict.columns(["tenant_id", "file_id", "page"]).doNothing())
    .execute();
};

export const findPages = (trx: TenantDb, fileId: string, pages: number[]): Promise<NewPage[]> =>
  trx
    .selectFrom("pages")
    .selectAll()
    .where("tenant_id", "=", trx.tenantId)
    .where("file_id", "=", fileId)
    .where("page", "in", pages)
    .orderBy("page")
    .execute();
