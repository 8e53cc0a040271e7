import { sql } from "kysely";
import { json } from "../json.ts";
import type { Db } from "../open.ts";
import type { FileWarning } from "../schema.ts";
import { asSystem, type TenantDb } from "../tenancy.ts";
import type { IngestRun } from "./file-ingest.ts";
import type { FileRow } from "./files.ts";

const outdated = (trx: TenantDb, readerVersion: number) =>
  trx
    .selectFrom("files")
    .where("tenant_id", "=", trx.tenantId)
    .where("status", "=", "ready")
    .where("reader_version", "<", readerVersion);

/** How many ready files an older version of the reader has read. */
export const countOutdated = async (trx: TenantDb, readerVersion: number): Promise<number> => {
  const { count } = await outdated(trx, readerVersion)
    .select((select) => select.fn.countAll<number>().as("count"))
    .executeTakeFirstOrThrow();
  return count;
};

/** The next of them by id. */
export const findOutdated = async (
  trx: TenantDb,
  { readerVersion, after }: { readerVersion: number; after: string | undefined },
): Promise<string | undefined> => {
  const row = await outdated(trx, readerVersion)
    .select("id")
    .$if(after !== undefined, (query) => query.where("id", ">", after ?? ""))
    .orderBy("id")
    .limit(1)
    .executeTakeFirst();
  return row?.id;
};

const ofReady = (trx: TenantDb, fileId: string) =>
  trx.updateTable("files").where("tenant_id", "=", trx.tenantId).where("id", "=", fileId).where("status", "=", "ready");
const ofRun = (trx: TenantDb, { fileId, attempt }: IngestRun) => ofReady(trx, fileId).where("attempt", "=", attempt);

/**
 * Begins to read a ready file again; only the newest run may end it. Undefined when the file is gone, or another process
 * has read it.
 */
export const beginReread = (trx: TenantDb, fileId: string, readerVersion: number): Promise<FileRow | undefined> =>
  ofReady(trx, fileId)
    .where("reader_version", "<", readerVersion)
    .set((set) => ({ attempt: set("attempt", "+", 1), reread_tries: set("reread_tries", "+", 1) }))
    .returningAll()
    .executeTakeFirst();

/** Takes the try back: the run was cut off for no fault of the document. */
export const cancelReread = async (trx: TenantDb, run: IngestRun): Promise<void> => {
  await ofRun(trx, run)
    .set((set) => ({ reread_tries: set("reread_tries", "-", 1) }))
    .execute();
};

export type EndedReread = {
  readerVersion: number;
  /** What replaces the stored text; unset where that stays. */
  reading?: { recipe: string; pageCount: number; chunkCount: number; warnings: FileWarning[] };
};

/**
 * Ends a run, and holds the file's row until the transaction ends; false when the run is no longer the file's newest, or
 * the file is gone.
 */
export const endReread = async (
  trx: TenantDb,
  run: IngestRun,
  { readerVersion, reading }: EndedReread,
): Promise<boolean> => {
  const { numUpdatedRows } = await ofRun(trx, run)
    .set({ reader_version: readerVersion, reread_tries: 0 })
    .$if(reading !== undefined, (query) =>
      query.set({
        recipe: reading?.recipe,
        page_count: reading?.pageCount,
        chunk_count: reading?.chunkCount,
        done: reading?.chunkCount,
        total: reading?.chunkCount,
        warnings: reading && reading.warnings.length > 0 ? json(reading.warnings) : null,
      }),
    )
    .executeTakeFirst();
  return numUpdatedRows > 0n;
};

/** Over all tenants: files that an older version has read, and those read again since, by what became of their text. */
export type RereadProgress = { outdated: number; replaced: number; kept: number };

/** Sets how many files there are to read. */
export const putOutdatedCount = async (db: Db, readerVersion: number, count: number): Promise<void> => {
  await asSystem(db)
    .insertInto("rereads")
    .values({ reader_version: readerVersion, outdated: count })
    .onConflict((conflict) => conflict.column("reader_version").doUpdateSet({ outdated: count }))
    .execute();
};

/** Counts a file that has been read again. */
export const countReread = async (db: Db, readerVersion: number, outcome: "replaced" | "kept"): Promise<void> => {
  await asSystem(db)
    .updateTable("rereads")
    .set((set) => ({ outdated: sql`greatest(outdated - 1, 0)`, [outcome]: set(outcome, "+", 1) }))
    .where("reader_version", "=", readerVersion)
    .execute();
};

/** Undefined before a worker has counted. */
export const findRereadProgress = (db: Db, readerVersion: number): Promise<RereadProgress | undefined> =>
  asSystem(db)
    .selectFrom("rereads")
    .select(["outdated", "replaced", "kept"])
    .where("reader_version", "=", readerVersion)
    .executeTakeFirst();
