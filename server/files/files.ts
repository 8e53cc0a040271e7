import {
  askTenant,
  findFile,
  findPages,
  forgetFile,
  inTenant,
  listFiles,
  recordAudit,
  removeFile,
  requeueFile,
} from "../../db/index.ts";
import { dropAnswerLogs } from "../answer-logs.ts";
import { roleNow } from "../caller.ts";
import type { FilePageInput, ListFilesInput } from "../contract/files.ts";
import type { TenantContext } from "../context.ts";
import { ReasonError } from "../errors.ts";
import { newId } from "../id.ts";
import { announceFile, announceQueued } from "./announce.ts";
import { toFile } from "./file.ts";

export const list = async ({ app, tenantId }: TenantContext, { status, cursor, limit }: ListFilesInput) => {
  const rows = await askTenant(app.db, tenantId, (trx) => listFiles(trx, { status, before: cursor, limit: limit + 1 }));
  const items = rows.slice(0, limit);
  return { items: items.map(toFile), ...(rows.length > limit ? { nextCursor: items.at(-1)?.id } : {}) };
};

const mustFind = <T>(row: T | undefined): T => {
  if (row === undefined) throw new ReasonError("NOT_FOUND");
  return row;
};

export const get = async ({ app, tenantId }: TenantContext, { fileId }: { fileId: string }) =>
  toFile(mustFind(await askTenant(app.db, tenantId, (trx) => findFile(trx, fileId))));

/**
 * Removes a file with its pages, chunks, vectors, job and bytes, and its text from the sources and citations of answers;
 * a running ingest of it stops by itself. Only who uploaded it, or an admin, may: `FORBIDDEN`. The bytes go last, and
 * what a crash leaves of them the reconciler takes.
 */
export const remove = async (ctx: TenantContext, { fileId }: { fileId: string }) => {
  const { app, tenantId, userId } = ctx;
  const answers = await inTenant(app.db, tenantId, async (trx) => {
    const role = await roleNow(trx, ctx);
    const file = mustFind(await findFile(trx, fileId));
    if (role !== "admin" && file.uploaded_by !== userId)
      throw new ReasonError("FORBIDDEN", { message: "Only who uploaded a file, or an admin, may remove it." });
    // The file before its job, as the run does that ends it: otherwise the two would wait for each other.
    await removeFile(trx, fileId);
    await app.jobs.removeIngest(trx, fileId);
    const answers = await forgetFile(trx, fileId);
    await recordAudit(trx, { id: newId(), actor_id: userId, action: "file_removed", subject: fileId });
    return answers;
  });
  await dropAnswerLogs(
    app,
    answers.map((messageId) => ({ tenantId, messageId })),
  );
  // The file is gone: bytes that cannot be removed now are the reconciler's.
  await app.store.remove({ tenantId, fileId }).catch(() => {});
  await announceFile(app, { tenantId, fileId });
  return { ok: true } as const;
};

/** Ingests a failed file again. `INVALID_INPUT` when it has not failed. */
export const retry = async ({ app, tenantId, requestId }: TenantContext, { fileId }: { fileId: string }) => {
  const row = await inTenant(app.db, tenantId, async (trx) => {
    mustFind(await findFile(trx, fileId));
    const requeued = await requeueFile(trx, fileId);
    if (!requeued) throw new ReasonError("INVALID_INPUT", { message: "Only a failed file can be tried again." });
    await app.jobs.sendIngest(trx, { tenantId, fileId, requestId });
    return requeued;
  });
  await announceQueued(app, { tenantId, fileId });
  return toFile(row);
};

/** One page's text with its lines' places, for highlighting. */
export const page = async ({ app, tenantId }: TenantContext, { fileId, page }: FilePageInput) => {
  const [row] = await askTenant(app.db, tenantId, (trx) => findPages(trx, fileId, [page]));
  const { text, lines, width, height } = mustFind(row);
  return {
    text,
    lines: lines.map(([start, end, x, y, width, height]) => ({
      text: text.slice(start, end),
      box: { x, y, width, height },
    })),
    width,
    height,
  };
};

/** The bytes, for download, which is noted in the audit log. */
export const content = async ({ app, tenantId, userId }: TenantContext, { fileId }: { fileId: string }) => {
  const { name } = await inTenant(app.db, tenantId, async (trx) => {
    const file = mustFind(await findFile(trx, fileId));
    await recordAudit(trx, { id: newId(), actor_id: userId, action: "file_exported", subject: fileId });
    return file;
  });
  return { name, ...(await app.store.read({ tenantId, fileId })) };
};
