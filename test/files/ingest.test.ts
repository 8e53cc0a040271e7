import { sql } from "kysely";
import { expect, test } from "vitest";
import { kyselyOf } from "../../db/open.ts";
import { inTenant } from "../../db/index.ts";
import { FileId } from "../../server/contract/ids.ts";
import { newId } from "../../server/id.ts";
import { sharedApp, startTestApp, type TestApp, type TestUser } from "../support/app.ts";
import { addFile, ingestFile, watchToEnd } from "../support/files.ts";
import { makeEncryptedPdf, makeImageOnlyPdf, makePdf, makePdfOfPages } from "../support/pdf.ts";

/** Rows of a file in every table that holds any of it. */
const rowsOf = async ({ app }: TestApp, user: TestUser, fileId: string) => {
  const counted = await inTenant(app.db, user.tenantId, (trx) =>
    sql<Record<string, number>>`select
      (select count(*)::int from files where id = ${fileId}) as files,
      (select count(*)::int from pages where file_id = ${fileId}) as pages,
      (select count(*)::int from chunks where file_id = ${fileId}) as chunks,
      (select count(*)::int from chunk_embeddings where file_id = ${fileId}) as vectors`.execute(trx),
  );
  const jobs = await sql<{ jobs: number }>`select count(*)::int as jobs from pgboss.job where id = ${fileId}`.execute(
    kyselyOf(app.db),
  );
  return { ...counted.rows[0], ...jobs.rows[0] };
};

const shared = await sharedApp();

test("a PDF is read page by page, chunked, embedded and ready; the watcher sees it happen", async () => {
  const user = await shared.signIn();
  const { id } = await addFile(shared, user, { name: "report.pdf", bytes: await makePdfOfPages(40) });
  const states = await watchToEnd(user, id);
  const last = states.at(-1);
  expect(last).toMatchObject({ name: "report.pdf", status: "ready", pageCount: 40, progress: { stage: "done" } });
  const stages = new Set(states.map((state) => state.progress.stage));
  expect(stages).toContain("extracting");
  for (const { progress } of states) expect(progress.done).toBeLessThanOrEqual(progress.total);
  const rows = await rowsOf(shared, user, id);
  expect(rows).toMatchObject({ files: 1, pages: 40, chunks: last?.progress.total, vectors: last?.progress.total });
});

test("the page of a ready file has its text, and a box for each line", async () => {
  const user = await shared.signIn();
  const file = await ingestFile(shared, user, {
    bytes: await makePdf(["First page.", "The second page tells of herons."]),
  });
  const page = await user.caller.files.page({ fileId: file.id, page: 2 });
  expect(page.text).toContain("The second page tells of herons.");
  expect(page.lines.map((line) => line.text).join("\n")).toBe(page.text);
  for (const { box } of page.lines) {
    expect(box.x).toBeGreaterThanOrEqual(0);
    expect(box.x + box.width).toBeLessThanOrEqual(page.width);
    expect(box.y + box.height).toBeLessThanOrEqual(page.height);
  }
  await expect(user.caller.files.page({ fileId: file.id, page: 3 })).rejects.toMatchObject({
    cause: { reason: "NOT_FOUND" },
  });
});

test.for([
  ["PDF_ENCRYPTED", () => makeEncryptedPdf()],
  ["PDF_NO_TEXT", () => makeImageOnlyPdf(3)],
  ["PDF_TOO_MANY_PAGES", () => makePdfOfPages(11)],
  ["PDF_CORRUPT", async () => Buffer.from("%PDF-1.7\nnothing of a PDF follows")],
] as const)("a PDF that cannot be used ends as failed: %s", async ([reason, make]) => {
  const own = await startTestApp({ env: { MAX_PDF_PAGES: "10" } });
  const user = await own.signIn();
  const file = await ingestFile(own, user, { bytes: await make() });
  expect(file).toMatchObject({ status: "failed", failure: { reason, message: expect.any(String) } });
  if (reason === "PDF_NO_TEXT") expect(file.failure?.pages).toEqual([1, 2, 3]);
  expect(await rowsOf(own, user, file.id)).toMatchObject({ pages: 0, chunks: 0, vectors: 0 });
});

test("a failed file is tried again on demand, and a ready one is not", async () => {
  const user = await shared.signIn();
  const failed = await ingestFile(shared, user, { bytes: await makeEncryptedPdf() });
  expect(await user.caller.files.retry({ fileId: failed.id })).toMatchObject({ id: failed.id, status: "queued" });
  expect((await watchToEnd(user, failed.id)).at(-1)).toMatchObject({ failure: { reason: "PDF_ENCRYPTED" } });
  const ready = await ingestFile(shared, user, { bytes: await makePdf(["Words."]) });
  await expect(user.caller.files.retry({ fileId: ready.id })).rejects.toMatchObject({
    cause: { reason: "INVALID_INPUT" },
  });
});

test("a removed file leaves nothing: no bytes, pages, chunks, vectors or job, whatever its state", async () => {
  const user = await shared.signIn();
  const ready = await ingestFile(shared, user, { bytes: await makePdf(["Words to remove."]) });
  const running = await addFile(shared, user, { bytes: await makePdfOfPages(60) });
  for (const fileId of [ready.id, FileId.parse(running.id)]) {
    await user.caller.files.remove({ fileId });
    await expect(user.caller.files.get({ fileId })).rejects.toMatchObject({ cause: { reason: "NOT_FOUND" } });
    expect(await shared.app.store.has({ tenantId: user.tenantId, fileId })).toBe(false);
  }
  // The run that was under way finds its file gone and stops by itself; a file after it is read as ever.
  await ingestFile(shared, user, { bytes: await makePdf(["Words after it."]) });
  for (const { id } of [ready, running])
    expect(await rowsOf(shared, user, id)).toEqual({ files: 0, pages: 0, chunks: 0, vectors: 0, jobs: 0 });
});

test("the same bytes are the same file within a tenant, and another one in another tenant", async () => {
  const [ours, theirs] = [await shared.signIn(), await shared.signIn()];
  const bytes = await makePdf(["Shared words."]);
  const uploads = await Promise.all([1, 2, 3].map((n) => addFile(shared, ours, { name: `${n}.pdf`, bytes })));
  expect(new Set(uploads.map((file) => file.id)).size).toBe(1);
  expect(uploads.filter((file) => !file.deduplicated)).toHaveLength(1);
  const foreign = await addFile(shared, theirs, { bytes });
  expect(foreign).toMatchObject({ deduplicated: false });
  expect(foreign.id).not.toBe(uploads[0]?.id);
});

test("files are listed newest first, page by page, by state", async () => {
  const user = await shared.signIn();
  const ids: string[] = [];
  for (let n = 0; n < 5; n++) ids.unshift((await addFile(shared, user, { bytes: await makePdf([`File ${n}.`]) })).id);
  const first = await user.caller.files.list({ limit: 3 });
  const rest = await user.caller.files.list({ limit: 3, cursor: first.nextCursor });
  expect([...first.items, ...rest.items].map((file) => file.id)).toEqual(ids);
  expect(rest.nextCursor).toBeUndefined();
  expect((await user.caller.files.list({ status: "failed" })).items).toEqual([]);
});

test("only who uploaded a file, or an admin, may remove it", async () => {
  const tenant = shared.newTenant();
  const [admin, one, other] = [
    await shared.signIn({ tenant }),
    await shared.signIn({ tenant }),
    await shared.signIn({ tenant }),
  ];
  const file = await ingestFile(shared, one, { bytes: await makePdf(["Mine."]) });
  await expect(other.caller.files.remove({ fileId: file.id })).rejects.toMatchObject({
    cause: { reason: "FORBIDDEN" },
  });
  expect(await other.caller.files.get({ fileId: file.id })).toMatchObject({ id: file.id });
  await admin.caller.files.remove({ fileId: file.id });
});

test("a watcher of all files sees the known ones first, then each change, and leaves when it wants", async () => {
  const user = await shared.signIn();
  const known = await ingestFile(shared, user, { bytes: await makePdf(["Known."]) });
  const seen: string[] = [];
  for await (const state of await user.caller.files.watch({})) {
    seen.push(`${state.id} ${state.status}`);
    if (seen.length === 1) await addFile(shared, user, { bytes: await makePdf(["New."]) });
    if (state.id !== known.id && state.status === "ready") break;
  }
  expect(seen[0]).toBe(`${known.id} ready`);
});

test("a file that is not there is not watched", async () => {
  const user = await shared.signIn();
  await expect(watchToEnd(user, newId())).rejects.toMatchObject({ reason: "NOT_FOUND" });
});
