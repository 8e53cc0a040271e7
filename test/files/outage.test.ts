import { rename, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { sql } from "kysely";
import { expect, test } from "vitest";
import { inTenant } from "../../db/index.ts";
import { kyselyOf } from "../../db/open.ts";
import { FileId } from "../../server/contract/ids.ts";
import { DEAD_INGEST_QUEUE } from "../../server/jobs.ts";
import { createOpenAiModel } from "../../server/model/openai.ts";
import { startTestApp, type TestApp, type TestUser } from "../support/app.ts";
import { cleanUp } from "../support/clean-up.ts";
import { addFile, ingestFile, watchToEnd } from "../support/files.ts";
import { startOpenAiServer, type OpenAiFault, type OpenAiScript, type OpenAiServer } from "../support/openai-server.ts";
import { makeEncryptedPdf, makePdf, makePdfOfPages } from "../support/pdf.ts";

const outageTimes = { firstDelayMs: 1_000, mostDelayMs: 1_000 };

const start = async (): Promise<{ vendor: OpenAiServer; app: TestApp; user: TestUser }> => {
  const vendor = await startOpenAiServer();
  cleanUp(() => vendor.close());
  const model = createOpenAiModel({
    apiKey: "test",
    baseUrl: vendor.baseUrl,
    models: ["gpt-4o-mini"],
    embeddingModel: "text-embedding-3-small",
    embeddingDimensions: 64,
    timeouts: { requestMs: 2_000, mostRetryWaitMs: 5 },
  });
  const small = { ...model, embedding: { ...model.embedding, batchSize: 4 } };
  const app = await startTestApp({ parts: { model: small, outageTimes } });
  return { vendor, app, user: await app.signIn() };
};

const embedded = (vendor: OpenAiServer): string[] =>
  vendor.requests.flatMap(({ status, body }) => (status === 200 && "input" in body ? body.input : []));

const untilWaiting = (user: TestUser, fileId: FileId, waitingFor: string) =>
  expect
    .poll(() => user.caller.files.get({ fileId }), { timeout: 60_000, interval: 100 })
    .toMatchObject({ status: "queued", progress: { stage: "waiting", waitingFor } });

/** As if the outage had begun a day earlier. */
const moveBack = ({ app }: TestApp, { tenantId }: TestUser) =>
  inTenant(app.db, tenantId, (trx) =>
    sql`update files set waiting_since = waiting_since - interval '24 hours'`.execute(trx),
  );

/** Jobs that hold a slot. */
const countRunning = async ({ app }: TestApp): Promise<number> => {
  const { rows } = await sql<{
    jobs: number;
  }>`select count(*)::int as jobs from pgboss.job where state = 'active'`.execute(kyselyOf(app.db));
  return rows[0]?.jobs ?? -1;
};

const countRows = async ({ app }: TestApp, { tenantId }: TestUser) => {
  const { rows } = await inTenant(app.db, tenantId, (trx) =>
    sql<{ chunks: number; vectors: number }>`select
      (select count(*)::int from chunks) as chunks, (select count(*)::int from chunk_embeddings) as vectors`.execute(
      trx,
    ),
  );
  return rows[0];
};

const FAULTS: [string, OpenAiFault][] = [
  ["too many requests", { kind: "status", status: 429, retryAfter: "0" }],
  ["an overload", { kind: "status", status: 503 }],
  ["a key that it refuses", { kind: "status", status: 401 }],
  ["a model that it does not know", { kind: "status", status: 404, code: "model_not_found" }],
  ["connections that break", { kind: "cut" }],
];

test.for(FAULTS)("a file waits while the model server answers with %s, and is ready after it", async ([, fault]) => {
  const { vendor, app, user } = await start();
  vendor.script = { embeddingFault: fault };
  const { id } = await addFile(app, user, { bytes: await makePdf(["Herons stand in the shallows."]) });
  await untilWaiting(user, FileId.parse(id), "model");
  // More tries than a document has whose runs die.
  const before = vendor.requests.length;
  await expect.poll(() => vendor.requests.length, { timeout: 60_000 }).toBeGreaterThan(before + 5);
  vendor.script = {};
  expect((await watchToEnd(user, id)).at(-1)).toMatchObject({ status: "ready", progress: { stage: "done" } });
});

/** The first `batches` batches of a document are embedded, then the server is overloaded. */
const breakAfter = (batches: number): OpenAiScript => {
  let left = batches;
  return {
    get embeddingFault(): OpenAiFault {
      return { kind: "status", status: 503, times: left-- > 0 ? 0 : 1 };
    },
  };
};

test("a file that waits holds no slot, and what was embedded before the outage is embedded once", async () => {
  const { vendor, app, user } = await start();
  vendor.script = breakAfter(2);
  const { id } = await addFile(app, user, { bytes: await makePdfOfPages(30) });
  await untilWaiting(user, FileId.parse(id), "model");
  await expect.poll(() => countRunning(app)).toBe(0);
  expect((await countRows(app, user))?.vectors).toBeGreaterThan(0);
  vendor.script = {};
  const last = (await watchToEnd(user, id)).at(-1);
  expect(last).toMatchObject({ status: "ready" });
  expect(embedded(vendor)).toHaveLength(last?.progress.total ?? 0);
}, 120_000);

test("after 24 hours of an outage a file has failed, and the next try pays for nothing twice", async () => {
  const { vendor, app, user } = await start();
  vendor.script = breakAfter(2);
  const { id } = await addFile(app, user, { bytes: await makePdfOfPages(30) });
  await untilWaiting(user, FileId.parse(id), "model");
  await moveBack(app, user);
  const failed = (await watchToEnd(user, id)).at(-1);
  expect(failed).toMatchObject({ status: "failed", failure: { reason: "MODEL_UNAVAILABLE" } });
  expect(failed?.progress).not.toHaveProperty("waitingFor");
  expect((await countRows(app, user))?.vectors).toBeGreaterThan(0);
  vendor.script = {};
  // What a failed file has kept is found by nobody, and takes no place of what is.
  await ingestFile(app, user, { bytes: await makePdf(["The harvest of barley was counted by herons."]) });
  const { hits } = await user.caller.files.search({ query: QUERY });
  expect(hits.map(({ fileId }) => fileId === id)).toEqual([false]);
  const reply = await fetch(`${app.url}/v1/files/${id}/retry`, {
    method: "POST",
    headers: { authorization: `Bearer ${user.accessToken}` },
  });
  expect([reply.status, await reply.json()]).toMatchObject([200, { id, status: "queued" }]);
  const last = (await watchToEnd(user, id)).at(-1);
  expect(last).toMatchObject({ status: "ready" });
  // With the other file's chunk.
  expect(embedded(vendor).filter((text) => text !== QUERY)).toHaveLength((last?.progress.total ?? 0) + 1);
}, 120_000);
const QUERY = "harvest of barley";

test("a file waits while the storage is unavailable, for a day at most", async () => {
  const app = await startTestApp({ parts: { outageTimes } });
  const user = await app.signIn();
  const { id } = await ingestFile(app, user, { bytes: await makeEncryptedPdf() });
  // A folder that cannot be entered, as one of a network file system that is not mounted.
  const content = join(app.dataDir, "files", "content");
  await rename(content, `${content}.away`);
  await writeFile(content, "");
  await user.caller.files.retry({ fileId: id });
  await untilWaiting(user, id, "storage");
  await moveBack(app, user);
  const failure = { reason: "SERVICE_UNAVAILABLE" };
  expect((await watchToEnd(user, id)).at(-1)).toMatchObject({ status: "failed", failure });
  await user.caller.files.retry({ fileId: id });
  await untilWaiting(user, id, "storage");
  await rm(content);
  await rename(`${content}.away`, content);
  // The document itself is read again.
  expect((await watchToEnd(user, id)).at(-1)).toMatchObject({ failure: { reason: "PDF_ENCRYPTED" } });
}, 120_000);

test("uploading the bytes of a failed file again starts it anew", async () => {
  const { vendor, app, user } = await start();
  vendor.script = { embeddingFault: { kind: "status", status: 503 } };
  const bytes = await makePdf(["Herons stand in the shallows."]);
  const { id } = await addFile(app, user, { bytes });
  await untilWaiting(user, FileId.parse(id), "model");
  await moveBack(app, user);
  expect((await watchToEnd(user, id)).at(-1)).toMatchObject({ status: "failed" });
  vendor.script = {};
  const again = await Promise.all([1, 2, 3].map(() => addFile(app, user, { bytes })));
  for (const file of again) expect(file).toMatchObject({ id, deduplicated: true });
  expect(again.map(({ status }) => status)).not.toContain("failed");
  expect((await watchToEnd(user, id)).at(-1)).toMatchObject({ status: "ready" });
  expect(embedded(vendor)).toHaveLength(1);
}, 120_000);

const NO_QUOTAS = {
  requestsPerDay: null,
  tokensPerDay: null,
  files: null,
  bytes: null,
  userRequestsPerDay: null,
  userTokensPerDay: null,
  userFiles: null,
  userBytes: null,
};

test("a file that failed after its last chunk was embedded counts its chunks when it is retried", async () => {
  const { app, user } = await start();
  const { id } = await ingestFile(app, user, { bytes: await makePdfOfPages(3) });
  const fileId = FileId.parse(id);
  const { progress } = await user.caller.files.get({ fileId });
  await inTenant(app.app.db, user.tenantId, (trx) =>
    sql`update files set status = 'failed', failure = '{"reason": "MODEL_UNAVAILABLE", "message": ""}'
      where tenant_id = ${trx.tenantId} and id = ${fileId}`.execute(trx),
  );
  await user.caller.files.retry({ fileId });
  expect((await watchToEnd(user, id)).at(-1)).toMatchObject({ status: "ready", progress });
});

test("a quota that is used up fails a file at once, and trying again works when there is quota", async () => {
  const { app, user } = await start();
  await user.caller.admin.setQuotas({ ...NO_QUOTAS, tokensPerDay: 1 });
  const failed = await ingestFile(app, user, { bytes: await makePdf(["Herons stand in the shallows."]) });
  expect(failed).toMatchObject({ status: "failed", failure: { reason: "QUOTA_EXCEEDED" } });
  await user.caller.admin.setQuotas(NO_QUOTAS);
  await user.caller.files.retry({ fileId: failed.id });
  expect((await watchToEnd(user, failed.id)).at(-1)).toMatchObject({ status: "ready" });
}, 60_000);

test("a document that kills each of its runs ends as failed while the model server is unavailable, too", async () => {
  const { vendor, app, user } = await start();
  vendor.script = { embeddingFault: { kind: "status", status: 503 } };
  const { id } = await addFile(app, user, { bytes: await makePdf(["Herons stand in the shallows."]) });
  await untilWaiting(user, FileId.parse(id), "model");
  // As the queue finds a job whose worker was killed in each of its tries.
  await app.app.jobs.boss.send(DEAD_INGEST_QUEUE, { tenantId: user.tenantId, fileId: id });
  expect((await watchToEnd(user, id)).at(-1)).toMatchObject({ failure: { reason: "INTERNAL" } });
}, 60_000);
