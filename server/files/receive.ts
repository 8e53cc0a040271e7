import {
  createFile,
  findFile,
  findFileByHash,
  holdLiveSession,
  inTenant,
  requeueFile,
  type FileRow,
  type TenantDb,
} from "../../db/index.ts";
import type { TenantContext } from "../context.ts";
import { ReasonError } from "../errors.ts";
import { newId } from "../id.ts";
import { checkKept } from "../quota.ts";
import { announceQueued } from "./announce.ts";
import { toFile } from "./file.ts";
import { cleanName } from "./name.ts";

/** A whole body on disk, hashed (SHA-256, hex) and counted on the way in. */
export type Incoming = { path: string; name: string; sizeBytes: number; sha256: string };

/**
 * Takes an uploaded PDF in: its bytes are kept, then its row and its job come to be in one transaction. The same bytes
 * in the same tenant are the same file; one that has failed is ingested again. `incoming.path` is used up, or left for
 * the caller to remove. Throws `QUOTA_EXCEEDED` when the tenant may keep no more, `SESSION_REVOKED` or `TOKEN_EXPIRED`
 * when the session of the upload has ended meanwhile.
 */
export const receive = async (ctx: TenantContext, incoming: Incoming) => {
  const { app, tenantId, userId } = ctx;
  const { sha256, sizeBytes } = incoming;
  const known = await inTenant(app.db, tenantId, async (trx) => {
    await mustBeLive(trx, ctx);
    const file = await findFileByHash(trx, sha256);
    if (!file) await checkKept(trx, { userId, sizeBytes });
    return file;
  });
  if (known) {
    // Bytes that were lost come back with the next upload of the same.
    const kept = { tenantId, fileId: known.id };
    if (!(await app.store.has(kept))) await app.store.adopt(kept, incoming.path);
    return { ...toFile(await startAnew(ctx, known)), deduplicated: true };
  }

  const fileId = newId();
  const key = { tenantId, fileId };
  await app.store.adopt(key, incoming.path);
  // A transaction that fails may have been stored all the same: what it leaves without a row, the reconciler takes.
  const row = await inTenant(app.db, tenantId, async (trx) => {
    await mustBeLive(trx, ctx);
    // Again, where it holds: of those that found room a moment ago, as many come in as there is room for.
    await checkKept(trx, { userId, sizeBytes });
    const name = cleanName(incoming.name);
    const file = await createFile(trx, { id: fileId, uploaded_by: userId, sha256, name, size_bytes: sizeBytes });
    if (file) await app.jobs.sendIngest(trx, { ...key, requestId: ctx.requestId });
    return file;
  }).catch(async (error: unknown) => {
    // A refusal has stored nothing.
    if (error instanceof ReasonError) await app.store.remove(key).catch(() => {});
    throw error;
  });
  if (row) {
    await announceQueued(app, key);
    return { ...toFile(row), deduplicated: false };
  }
  // Somebody else uploaded the same bytes at this moment, and was first.
  await app.store.remove(key).catch(() => {});
  const first = await inTenant(app.db, tenantId, (trx) => findFileByHash(trx, sha256));
  if (!first) throw new ReasonError("SERVICE_UNAVAILABLE");
  return { ...toFile(first), deduplicated: true };
};

/** An upload takes long enough to outlive its session, which is the caller's right to it. */
const mustBeLive = async (trx: TenantDb, ctx: TenantContext): Promise<void> => {
  if (ctx.expiresAt.getTime() <= Date.now()) throw new ReasonError("TOKEN_EXPIRED");
  if (!(await holdLiveSession(trx, ctx))) throw new ReasonError("SESSION_REVOKED");
};

/** A file that has failed is ingested again; any other is left as it is. */
const startAnew = async ({ app, tenantId, requestId }: TenantContext, file: FileRow): Promise<FileRow> => {
  if (file.status !== "failed") return file;
  const key = { tenantId, fileId: file.id };
  const requeued = await inTenant(app.db, tenantId, async (trx) => {
    const row = await requeueFile(trx, file.id);
    if (row) await app.jobs.sendIngest(trx, { ...key, requestId });
    return row ?? (await findFile(trx, file.id));
  });
  if (!requeued) throw new ReasonError("SERVICE_UNAVAILABLE");
  await announceQueued(app, key);
  return requeued;
};
