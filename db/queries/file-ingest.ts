import { sql } from "kysely";
import { json } from "../json.ts";
import type { Dependency, FileFailure, FileWarning } from "../schema.ts";
import type { TenantDb } from "../tenancy.ts";
import type { FileRow } from "./files.ts";

const one = (trx: TenantDb) => trx.selectFrom("files").selectAll().where("tenant_id", "=", trx.tenantId);

const update = (trx: TenantDb, id: string) =>
  trx.updateTable("files").where("tenant_id", "=", trx.tenantId).where("id", "=", id);

export type { Dependency, FileFailure, FileWarning };

type Begin = {
  recipe: string;
  readerVersion: number;
  /** How long the run was due: time in which no worker ran counts as no outage of a dependency. */
  lateMs?: number;
};

/**
 * Begins a run of the file's ingest; only the newest run may write. What was stored by another recipe is removed; what was
 * stored by the same one stays, with the progress that it stands for. Undefined when the file is gone or has ended.
 */
export const beginIngest = async (
  trx: TenantDb,
  id: string,
  { recipe, readerVersion, lateMs = 0 }: Begin,
): Promise<FileRow | undefined> => {
  const before = await one(trx).where("id", "=", id).forUpdate().executeTakeFirst();
  if (!before || before.status === "ready" || before.status === "failed") return undefined;
  const goesOn = before.recipe === recipe && before.stage !== "queued";
  if (before.recipe !== null && before.recipe !== recipe) await clearFile(trx, id);
  const since = before.waiting_since && new Date(before.waiting_since.getTime() + lateMs);
  return update(trx, id)
    .set((set) => ({
      attempt: set("attempt", "+", 1),
      recipe,
      reader_version: readerVersion,
      status: "ingesting",
      waiting_for: null,
      waiting_since: since,
      ...(goesOn ? {} : { stage: "extracting", done: 0, total: 0 }),
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

/** What was missing has answered: an outage from now on is another one. */
const OUTAGE_OVER = { waiting_since: null, waits: 0 } as const;

/** How far a batch brings its file. */
export type Advance = {
  /** How many chunks it has. */
  chunks: number;
  /** The last page that it has chunks of; 0 where it has none. */
  page: number;
  pageCount: number;
  /** Of chunks in the whole document; undefined until it is read. */
  total: number | undefined;
  /** The last batch of the file, which is ready with it. */
  isReady?: boolean;
  /** What the file is to warn of once it is ready. */
  warnings?: FileWarning[];
};

/**
 * Counts a batch in the transaction that stores it, and holds the file's row until its end. Returns how many chunks the
 * file has now; undefined when the run is no longer the file's newest, or the file is gone.
 */
export const advanceIngest = async (
  trx: TenantDb,
  run: IngestRun,
  { chunks, page, pageCount, total, isReady = false, warnings = [] }: Advance,
): Promise<number | undefined> => {
  const stored = sql<number>`coalesce(chunk_count, 0) + ${chunks}`;
  const embedding = { done: stored, total } as const;
  const extracting = { stage: "extracting", done: sql<number>`greatest(done, ${page})`, total: pageCount } as const;
  const row = await ofRun(trx, run)
    .set({
      ...(chunks > 0 ? OUTAGE_OVER : {}),
      ...(total === undefined ? extracting : { stage: isReady ? "done" : "embedding", ...embedding }),
      ...(isReady ? { status: "ready", warnings: warnings.length > 0 ? json(warnings) : null } : {}),
      page_count: pageCount,
      chunk_count: stored,
      updated_at: new Date(),
    })
    .returning("chunk_count")
    .executeTakeFirst();
  return row?.chunk_count ?? undefined;
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

/**
 * Ends a file as failed unless it has ended already, and removes what its ingest has stored; with `keep` that stays for
 * the next try, for it was paid for.
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
    .executeTakeFirst();
  if (result.numUpdatedRows === 0n) return false;
  if (!keep) await clearFile(trx, id);
  return true;
};

const clearFile = async (trx: TenantDb, id: string): Promise<void> => {
  await update(trx, id).set({ chunk_count: null, warnings: null }).execute();
  for (const table of ["chunks", "pages"] as const)
    await trx.deleteFrom(table).where("tenant_id", "=", trx.tenantId).where("file_id", "=", id).execute();
};
