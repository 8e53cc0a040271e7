import { sql, type Selectable } from "kysely";
import type { Files, Pages } from "../schema.ts";
import { slicesOf } from "../slices.ts";
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
    .$if(fileIds !== undefined, (query) => query.where(sql<boolean>`id = any(${fileIds ?? []}::uuid[])`))
    .limit(1)
    .executeTakeFirst();
  return row !== undefined;
};

export const findFile = (trx: TenantDb, id: string): Promise<FileRow | undefined> =>
  one(trx).where("id", "=", id).executeTakeFirst();

/** Those of the ids that the tenant has, in no order. */
export const findFiles = (trx: TenantDb, ids: readonly string[]): Promise<FileRow[]> =>
  one(trx)
    .where(sql<boolean>`id = any(${ids}::uuid[])`)
    .execute();

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

const QUEUED_AGAIN = { status: "queued", stage: "queued", done: 0, total: 0, failure: null } as const;

/** Back to the queue after a failure; undefined when the file has not failed. */
export const requeueFile = (trx: TenantDb, id: string): Promise<FileRow | undefined> =>
  update(trx, id)
    .where("status", "=", "failed")
    .set({ ...QUEUED_AGAIN, updated_at: new Date() })
    .returningAll()
    .executeTakeFirst();

type FailedFiles = {
  /** Of these reasons; of any when there are none. */
  reasons?: readonly string[] | undefined;
  after: string | undefined;
  limit: number;
};

/** The same for up to `limit` failed files with ids above `after`; returns their ids in order. */
export const requeueFailedFiles = async (trx: TenantDb, { reasons, after, limit }: FailedFiles): Promise<string[]> => {
  const rows = await trx
    .selectFrom("files")
    .select("id")
    .where("tenant_id", "=", trx.tenantId)
    .where("status", "=", "failed")
    .$if(reasons !== undefined, (query) =>
      query.where(sql<boolean>`failure->>'reason' = any(${reasons ?? []}::text[])`),
    )
    .$if(after !== undefined, (query) => query.where("id", ">", after ?? ""))
    .orderBy("id")
    .limit(limit)
    .forUpdate()
    .execute();
  const ids = rows.map(({ id }) => id);
  await trx
    .updateTable("files")
    .where("tenant_id", "=", trx.tenantId)
    .where(sql<boolean>`id = any(${ids}::uuid[])`)
    .set({ ...QUEUED_AGAIN, updated_at: new Date() })
    .execute();
  return ids;
};

/** With its pages, chunks and vectors. */
export const removeFile = (trx: TenantDb, id: string): Promise<FileRow | undefined> =>
  trx.deleteFrom("files").where("tenant_id", "=", trx.tenantId).where("id", "=", id).returningAll().executeTakeFirst();

export type NewPage = Omit<Selectable<Pages>, "tenant_id">;

/** Those that are stored already stay as they are. */
export const insertPages = async (trx: TenantDb, pages: NewPage[]): Promise<void> => {
  if (pages.length === 0) return;
  // One parameter a column: some thousand parameters a statement take longer to write down than to run.
  const column = <Key extends keyof NewPage>(key: Key) => pages.map((page) => page[key]);
  await sql`
    insert into pages (tenant_id, file_id, page, width, height, text, lines)
    select ${trx.tenantId}::uuid, file_id, page, width, height, text, lines::jsonb
    from unnest(
      ${column("file_id")}::uuid[], ${column("page")}::int[], ${column("width")}::real[], ${column("height")}::real[],
      ${column("text")}::text[], ${column("lines").map((lines) => JSON.stringify(lines))}::text[])
      as new (file_id, page, width, height, text, lines)
    on conflict (tenant_id, file_id, page) do nothing`.execute(trx);
};

/** Pages of one statement: the longest document stays far below the statement timeout. */
const PAGES = 100;

/** Removes a file's pages and stores others in their place. */
export const replacePages = async (trx: TenantDb, fileId: string, pages: NewPage[]): Promise<void> => {
  await trx.deleteFrom("pages").where("tenant_id", "=", trx.tenantId).where("file_id", "=", fileId).execute();
  for (const rows of slicesOf(pages, PAGES)) await insertPages(trx, rows);
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
