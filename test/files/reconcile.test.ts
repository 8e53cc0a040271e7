import { setTimeout as pause } from "node:timers/promises";
import { describe, expect, test } from "vitest";
import { findFile, inTenant } from "../../db/index.ts";
import { FileId } from "../../server/contract/ids.ts";
import { reconcile } from "../../server/files/reconcile.ts";
import { newId } from "../../server/id.ts";
import { createLog } from "../../server/log.ts";
import { startTestApp, type TestApp, type TestUser } from "../support/app.ts";
import { addFile, ingestFile, watchToEnd } from "../support/files.ts";
import { makePdf } from "../support/pdf.ts";
import { startS3Server } from "../support/s3-server.ts";
import { keep } from "./store.contract.ts";

const HOUR_MS = 3_600_000;

const contentOf = async ({ url }: TestApp, { accessToken }: TestUser, id: string) => {
  const headers = { authorization: `Bearer ${accessToken}` };
  const response = await fetch(`${url}/v1/files/${id}/content`, { headers });
  return { status: response.status, bytes: Buffer.from(await response.arrayBuffer()) };
};

/** The whole of an upload, save that its transaction fails after the bytes are kept. */
const uploadThatFails = (test: TestApp, user: TestUser, bytes: Buffer) => {
  const sendIngest = () => Promise.reject(new Error("on purpose"));
  const app = { ...test.app, jobs: { ...test.app.jobs, sendIngest } };
  return addFile({ ...test, app }, user, { bytes });
};

describe.for(["a folder", "a bucket"])("bytes in %s and their rows", async (kind) => {
  const lines: string[] = [];
  const env = kind === "a bucket" ? { STORAGE_URL: (await startS3Server()).storageUrl } : {};
  const shared = await startTestApp({ env, parts: { log: createLog("error", (line) => lines.push(line)) } });
  const keptOf = ({ tenantId }: TestUser) => Array.fromAsync(shared.app.store.list(tenantId));

  test("a crash between the bytes and their row leaves bytes that are removed once no upload can be under way", async () => {
    const user = await shared.signIn();
    const file = await ingestFile(shared, user, { bytes: await makePdf(["A file that stays."]) });
    await expect(uploadThatFails(shared, user, await makePdf(["A file that never was."]))).rejects.toThrow();
    // A whole tenant that went, and its bytes did not.
    const gone = { tenantId: newId(), fileId: newId() };
    await keep(shared.app.store, gone, Buffer.from("bytes"));
    expect(await keptOf(user)).toHaveLength(2);

    expect(await reconcile(shared.app, { graceMs: HOUR_MS })).toEqual({ removed: 0, missing: 0 });
    await pause(1_100);
    expect(await reconcile(shared.app, { graceMs: 0 })).toEqual({ removed: 2, missing: 0 });
    expect((await keptOf(user)).map((kept) => kept.fileId)).toEqual([file.id]);
    expect(await shared.app.store.has(gone)).toBe(false);
    expect(await reconcile(shared.app, { graceMs: 0 })).toEqual({ removed: 0, missing: 0 });
    expect((await contentOf(shared, user, file.id)).status).toBe(200);
  });

  test("a file whose bytes are gone is reported, fails plainly, and comes back with the same bytes", async () => {
    const user = await shared.signIn();
    const bytes = await makePdf(["Words that are found again."]);
    const { id } = await addFile(shared, user, { bytes });
    const fileId = FileId.parse(id);
    await watchToEnd(user, id);
    await shared.app.store.remove({ tenantId: user.tenantId, fileId });

    expect(await reconcile(shared.app, { graceMs: 0 })).toEqual({ removed: 0, missing: 1 });
    expect(lines.filter((line) => line.includes(id) && line.includes("without its bytes"))).toHaveLength(1);
    expect((await contentOf(shared, user, id)).status).toBe(404);
    // What was read of it stays usable; only its bytes are not there.
    expect(await user.caller.files.page({ fileId, page: 1 })).toMatchObject({ text: expect.stringContaining("Words") });

    expect(await addFile(shared, user, { bytes })).toMatchObject({ id, deduplicated: true });
    expect((await contentOf(shared, user, id)).bytes.equals(bytes)).toBe(true);
    expect(await reconcile(shared.app, { graceMs: 0 })).toEqual({ removed: 0, missing: 0 });
  });

  test("an ingest that finds no bytes ends its file with that reason", async () => {
    const user = await shared.signIn();
    // Nobody's words in a PDF's clothes: it fails, and may be tried again.
    const failed = await ingestFile(shared, user, { bytes: Buffer.from("%PDF-1.7\nnothing of a PDF follows") });
    await shared.app.store.remove({ tenantId: user.tenantId, fileId: failed.id });
    await user.caller.files.retry({ fileId: failed.id });
    const last = (await watchToEnd(user, failed.id)).at(-1);
    expect(last).toMatchObject({
      status: "failed",
      failure: { reason: "NOT_FOUND", message: expect.stringContaining("Upload it again") },
    });
    const row = await inTenant(shared.app.db, user.tenantId, (trx) => findFile(trx, failed.id));
    expect(row?.failure).toMatchObject({ reason: "NOT_FOUND" });
  });
});

test("a store that is down costs its files alone: uploads and downloads are refused, reading and removing go on", async () => {
  const server = await startS3Server();
  const own = await startTestApp({ env: { STORAGE_URL: server.storageUrl } });
  const user = await own.signIn();
  const file = await ingestFile(own, user, { bytes: await makePdf(["Words that stay readable."]) });
  await server.close();
  expect((await contentOf(own, user, file.id)).status).toBe(503);
  await expect(addFile(own, user, { bytes: await makePdf(["Another."]) })).rejects.toMatchObject({
    reason: "SERVICE_UNAVAILABLE",
  });
  expect(await user.caller.files.page({ fileId: file.id, page: 1 })).toMatchObject({ text: expect.any(String) });
  await user.caller.files.remove({ fileId: file.id });
  expect((await user.caller.files.list({})).items).toEqual([]);
});
