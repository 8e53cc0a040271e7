import { sql } from "kysely";
import { expect, test } from "vitest";
import { findFile, inTenant } from "../../db/index.ts";
import { FileId } from "../../server/contract/ids.ts";
import { fileChanges } from "../../server/files/announce.ts";
import { toBatches } from "../../server/ingest/batches.ts";
import type { ExtractEvent } from "../../server/ingest/document.ts";
import { embedBatches } from "../../server/ingest/embed-batches.ts";
import type { Run } from "../../server/ingest/run.ts";
import { insertBatch } from "../../server/ingest/store-batch.ts";
import type { Model } from "../../server/model/model.ts";
import { startTestApp, type TestApp, type TestUser } from "../support/app.ts";
import { addFile, ingestFile, watchToEnd } from "../support/files.ts";
import { beginRun, chunkEvent, pageEvent, startVendor } from "../support/ingest.ts";
import type { OpenAiBody } from "../support/openai-server.ts";
import { makePdfOfPages } from "../support/pdf.ts";

const SIZE = 4;

const start = async (change: (model: Model) => Model = (model) => model) => {
  const { vendor, model } = await startVendor(SIZE);
  const app = await startTestApp({ parts: { model: change(model), outageTimes: { firstDelayMs: 1_000 } } });
  return { vendor, app, user: await app.signIn() };
};

const ingestEvents = async (run: Run, events: AsyncIterable<ExtractEvent>): Promise<void> => {
  const last = await embedBatches(run, toBatches(events, { size: SIZE, stored: run.stored, reading: run.reading }));
  await inTenant(run.app.db, run.tenantId, (trx) => insertBatch(trx, run, { ...last, isReady: true }));
};

test("the first batch is embedded and stored while the document is still being read", async () => {
  const { vendor, app, user } = await start();
  const run = await beginRun(app, user);
  const stored = async () => (await inTenant(app.app.db, user.tenantId, (trx) => findFile(trx, run.fileId)))?.done;
  async function* events(): AsyncGenerator<ExtractEvent> {
    yield { type: "opened", pageCount: 9 };
    yield pageEvent(1);
    yield chunkEvent([0, 1, 2, 3]);
    // What is read next waits for what was read before.
    await expect.poll(() => vendor.requests.length).toBe(1);
    await expect.poll(stored).toBe(4);
    yield pageEvent(2);
    yield chunkEvent([4]);
  }
  await ingestEvents(run, events());
  expect(await inTenant(app.app.db, user.tenantId, (trx) => findFile(trx, run.fileId))).toMatchObject({
    status: "ready",
    page_count: 9,
    done: 5,
    total: 5,
    chunk_count: 5,
  });
});

test("beside a model server that does not answer four calls wait, and one more batch is read", async () => {
  const gate = Promise.withResolvers<void>();
  let [calls, read, most] = [0, 0, 0];
  const { app, user } = await start((model) => ({
    ...model,
    embed: async (...call) => {
      most = Math.max(most, ++calls);
      await gate.promise;
      return model.embed(...call).finally(() => calls--);
    },
  }));
  const run = await beginRun(app, user);
  async function* events(): AsyncGenerator<ExtractEvent> {
    yield { type: "opened", pageCount: 100 };
    for (let ordinal = 0; ordinal < 100; ordinal++, read++) yield chunkEvent([ordinal]);
  }
  const ingested = ingestEvents(run, events());
  await expect.poll(() => calls).toBe(4);
  // Long enough for a reader that nothing holds back to come to its end.
  for (let look = 0; look < 20; look++) await inTenant(app.app.db, user.tenantId, (trx) => findFile(trx, run.fileId));
  expect(read).toBeLessThanOrEqual(5 * SIZE);
  gate.resolve();
  await ingested;
  expect([read, most]).toEqual([100, 4]);
});

/** The transactions that have written what is stored of a file's batches, by what they have written. */
const writersOf = async ({ app }: TestApp, { tenantId }: TestUser) => {
  const { rows } = await inTenant(app.db, tenantId, (trx) =>
    sql<{ writer: string; chunks: number; vectors: number; calls: number }>`
      select writer, sum(chunks)::int as chunks, sum(vectors)::int as vectors, sum(calls)::int as calls from (
        select xmin::text as writer, 1 as chunks, 0 as vectors, 0 as calls from chunks
        union all select xmin::text, 0, 1, 0 from chunk_embeddings
        union all select xmin::text, 0, 0, 1 from usage_events
      ) written group by writer order by chunks desc, writer`.execute(trx),
  );
  return rows.map(({ chunks, vectors, calls }) => ({ chunks, vectors, calls }));
};

test("a batch's chunks, vectors and cost are stored by one transaction, and progress never goes back", async () => {
  const { app, user } = await start();
  const { id } = await addFile(app, user, { bytes: await makePdfOfPages(30) });
  const states = await watchToEnd(user, id);
  const total = states.at(-1)?.progress.total ?? 0;
  const full = Array.from({ length: Math.floor(total / SIZE) }, () => ({ chunks: SIZE, vectors: SIZE, calls: 1 }));
  const rest = total % SIZE;
  expect(await writersOf(app, user)).toEqual([...full, ...(rest ? [{ chunks: rest, vectors: rest, calls: 1 }] : [])]);
  expect(states.at(-1)).toMatchObject({ status: "ready", pageCount: 30, progress: { stage: "done", done: total } });
  const share = ({ done, total: of }: { done: number; total: number }) => (of === 0 ? 0 : done / of);
  const order = ["queued", "extracting", "embedding", "done"];
  for (const [index, { progress }] of states.entries()) {
    const before = states[index - 1]?.progress ?? progress;
    expect(order.indexOf(progress.stage)).toBeGreaterThanOrEqual(order.indexOf(before.stage));
    if (progress.stage === before.stage) expect(share(progress)).toBeGreaterThanOrEqual(share(before));
  }
});

test("an outage in the middle leaves whole batches, and the next run goes on from their progress", async () => {
  const { vendor, app, user } = await start();
  let left = 2;
  vendor.script = {
    get embeddingFault() {
      return { kind: "status", status: 503, times: left-- > 0 ? 0 : 1 } as const;
    },
  };
  const { id } = await addFile(app, user, { bytes: await makePdfOfPages(30) });
  const get = () => user.caller.files.get({ fileId: FileId.parse(id) });
  await expect.poll(get).toMatchObject({ progress: { stage: "waiting" } });
  const batch = { chunks: SIZE, vectors: SIZE, calls: 1 };
  expect(await writersOf(app, user)).toEqual([batch, batch]);
  const waiting = await get();
  vendor.script = {};
  const states = await watchToEnd(user, id);
  expect(states.at(-1)).toMatchObject({ status: "ready" });
  for (const { progress } of states)
    if (progress.stage === "extracting") expect(progress.done).toBeGreaterThanOrEqual(waiting.progress.done);
}, 120_000);

test("what was embedded beside a call that fails is stored, the document's end included", async () => {
  const { vendor, app, user } = await start();
  const run = await beginRun(app, user);
  const isFirst = (body: OpenAiBody) => "input" in body && [body.input].flat().some((text) => /Passage 0 /.test(text));
  vendor.script = { refuse: (body) => (isFirst(body) ? { status: 503, body: {} } : undefined) };
  async function* events(): AsyncGenerator<ExtractEvent> {
    yield { type: "opened", pageCount: 1 };
    for (let ordinal = 0; ordinal < 2 * SIZE + 1; ordinal++) yield chunkEvent([ordinal]);
  }
  await expect(ingestEvents(run, events())).rejects.toMatchObject({ reason: "MODEL_UNAVAILABLE" });
  expect(await writersOf(app, user)).toEqual([
    { chunks: SIZE, vectors: SIZE, calls: 1 },
    { chunks: 1, vectors: 1, calls: 1 },
  ]);
});

test("watchers are notified at most four times a second, and of the end at once", async () => {
  const { app, user } = await start();
  let notified = 0;
  const unsubscribe = await app.app.keyValue.subscribe(fileChanges(user.tenantId), () => notified++);
  const begin = performance.now();
  const { progress } = await ingestFile(app, user, { bytes: await makePdfOfPages(60) });
  const seconds = (performance.now() - begin) / 1_000;
  await unsubscribe();
  expect(progress.total).toBeGreaterThan(20 * SIZE);
  // The upload, the run's begin and its end beside them.
  expect(notified).toBeLessThanOrEqual(Math.ceil(seconds * 4) + 3);
});

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

test("a quota that ends in the middle of a document keeps the batches that were paid for", async () => {
  const { vendor, app, user } = await start();
  const embedded = () => vendor.requests.flatMap(({ body }) => ("input" in body ? body.input : []));
  await user.caller.admin.setQuotas({ ...NO_QUOTAS, tokensPerDay: 6_000 });
  const failed = await ingestFile(app, user, { bytes: await makePdfOfPages(30) });
  expect(failed).toMatchObject({ status: "failed", failure: { reason: "QUOTA_EXCEEDED" } });
  const paid = embedded().length;
  expect(paid).toBeGreaterThanOrEqual(SIZE);
  expect(await writersOf(app, user)).toEqual(
    Array.from({ length: paid / SIZE }, () => ({ chunks: SIZE, vectors: SIZE, calls: 1 })),
  );
  const reserved = await inTenant(app.app.db, user.tenantId, (trx) => sql`select from reservations`.execute(trx));
  expect(reserved.rows).toEqual([]);
  await user.caller.admin.setQuotas(NO_QUOTAS);
  await user.caller.files.retry({ fileId: failed.id });
  const last = (await watchToEnd(user, failed.id)).at(-1);
  expect(last).toMatchObject({ status: "ready" });
  expect(embedded()).toHaveLength(last?.progress.total ?? 0);
});
