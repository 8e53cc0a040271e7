import { expect, test } from "vitest";
import { createFile, inTenant } from "../../db/index.ts";
import { newId } from "../../server/id.ts";
import { openJobs, type IngestJob, type Slot } from "../../server/jobs.ts";
import { createLog } from "../../server/log.ts";
import { startSlots } from "../../server/ingest/slots.ts";
import { createOpenAiModel } from "../../server/model/openai.ts";
import { startTestApp } from "../support/app.ts";
import { cleanUp } from "../support/clean-up.ts";
import { newTestTenant, openTestDb } from "../support/db.ts";
import { addFile, watchToEnd } from "../support/files.ts";
import { startOpenAiServer } from "../support/openai-server.ts";
import { makePdf, makePdfOfPages } from "../support/pdf.ts";

const ANY: Slot = { short: false };

/** The queue of a database that no worker works on. */
const openQueue = async () => {
  const db = await openTestDb();
  const jobs = await openJobs(db, () => {});
  cleanUp(() => jobs.stop());
  const queueFile = (tenantId: string, long = false): Promise<void> =>
    inTenant(db, tenantId, async (trx) => {
      const fileId = newId();
      await createFile(trx, { id: fileId, uploaded_by: newId(), sha256: newId(), name: "a.pdf", size_bytes: 1 });
      await jobs.sendIngest(trx, { tenantId, fileId }, { long });
    });
  const endJob = (job: { data: IngestJob } | undefined) =>
    job && inTenant(db, job.data.tenantId, (trx) => jobs.removeIngest(trx, job.data.fileId));
  const tenants = await Promise.all([1, 2, 3].map(() => newTestTenant(db)));
  return { jobs, queueFile, endJob, tenants };
};

test("slots go to the tenants in turn, however many files one has queued before the others", async () => {
  const { jobs, queueFile, endJob, tenants } = await openQueue();
  const files = [50, 3, 2];
  for (const [index, tenant] of tenants.entries())
    for (let file = 0; file < (files[index] ?? 0); file++) await queueFile(tenant);
  const taken: number[] = [];
  // Two slots: the older run ends before the third begins.
  const running: ({ data: IngestJob } | undefined)[] = [];
  for (let turn = 0; turn < 9; turn++) {
    const job = (await jobs.takeIngest(ANY))?.job;
    taken.push(tenants.indexOf(job?.data.tenantId ?? ""));
    running.push(job);
    if (running.length === 2) await endJob(running.shift());
  }
  const first = taken.slice(0, 6);
  expect([0, 1, 2].map((tenant) => first.filter((one) => one === tenant).length)).toEqual([2, 2, 2]);
  expect(taken.slice(6).filter((tenant) => tenant === 1)).toHaveLength(1);
});

test("of slots taken at the same moment no tenant gets a second one while another has none", async () => {
  const { jobs, queueFile, tenants } = await openQueue();
  for (const tenant of tenants) for (let file = 0; file < 4; file++) await queueFile(tenant);
  for (let round = 0; round < 2; round++) {
    const taken = await Promise.all(tenants.map(() => jobs.takeIngest(ANY)));
    expect(new Set(taken.map((one) => one?.job.data.tenantId)).size).toBe(3);
  }
});

test("a slot for short files leaves those that are known to be long, and nobody waits for it with them", async () => {
  const { jobs, queueFile, tenants } = await openQueue();
  const [one = "", other = ""] = tenants;
  await queueFile(one, true);
  expect(await jobs.takeIngest({ short: true })).toBeUndefined();
  expect(await jobs.isAnotherWaiting({ short: true }, other)).toBe(false);
  expect(await jobs.isAnotherWaiting(ANY, other)).toBe(true);
  expect(await jobs.isAnotherWaiting(ANY, one)).toBe(false);
  expect(await jobs.takeIngest(ANY)).toMatchObject({ job: { data: { tenantId: one } }, isMore: false });
  await queueFile(one);
  // It has a run already.
  expect(await jobs.isAnotherWaiting(ANY, other)).toBe(false);
});

test("the slot for short files is the last to be taken, and a slot that is free again goes to what waits", async () => {
  const { jobs, queueFile, tenants } = await openQueue();
  for (const tenant of [...tenants, ...tenants.slice(0, 1)]) await queueFile(tenant);
  const taken: { short: boolean; end: () => void }[] = [];
  const stopping = new AbortController();
  const slots = startSlots(
    { jobs, log: createLog("silent") },
    {
      readers: 2,
      stopping: stopping.signal,
      handle: (_, { short }) => new Promise((end) => taken.push({ short, end })),
    },
  );
  await expect.poll(() => taken.map(({ short }) => short)).toEqual([false, false, true]);
  taken[1]?.end();
  await expect.poll(() => taken.map(({ short }) => short)).toEqual([false, false, true, false]);
  stopping.abort();
  slots.wake();
  for (const { end } of taken) end();
  await slots.ended;
});

test("of 12 long files of two tenants at most 2 are ready before a third tenant's page", async () => {
  const app = await startTestApp();
  const [a, b, third] = [await app.signIn(), await app.signIn(), await app.signIn()];
  const long = await Promise.all([a, a, b, b].map((_, n) => makePdfOfPages(60 + n)));
  const more = await Promise.all(Array.from({ length: 8 }, (_, n) => makePdfOfPages(70 + n)));
  for (const [index, bytes] of [...long, ...more].entries()) await addFile(app, index % 2 ? a : b, { bytes });
  const page = await addFile(app, third, { bytes: await makePdf(["One page about herons."]) });
  expect((await watchToEnd(third, page.id)).at(-1)).toMatchObject({ status: "ready" });
  const ready = await Promise.all([a, b].map(({ caller }) => caller.files.list({ status: "ready" })));
  expect(ready.flatMap(({ items }) => items).length).toBeLessThanOrEqual(2);
}, 180_000);

test("a long file that is being embedded gives way between batches, and goes on without embedding anything twice", async () => {
  const vendor = await startOpenAiServer();
  cleanUp(() => vendor.close());
  const model = createOpenAiModel({
    apiKey: "test",
    baseUrl: vendor.baseUrl,
    models: ["gpt-4o-mini"],
    embeddingModel: "text-embedding-3-small",
    embeddingDimensions: 64,
  });
  // Embedding goes on only as far as the test lets it.
  const gate = createGate();
  const slow = {
    ...model,
    embedding: { ...model.embedding, batchSize: 2 },
    embed: async (...call: Parameters<typeof model.embed>) => {
      if (call[1] === "document") await gate.pass();
      return model.embed(...call);
    },
  };
  const app = await startTestApp({ parts: { model: slow } });
  const heavy = [await app.signIn(), await app.signIn(), await app.signIn()];
  const files = await Promise.all(
    heavy.map(async (user, n) => ({
      user,
      id: (await addFile(app, user, { bytes: await makePdfOfPages(40 + n) })).id,
    })),
  );
  await expect.poll(() => gate.waiting(), { timeout: 60_000 }).toBeGreaterThanOrEqual(8);
  const last = await app.signIn();
  const late = await addFile(app, last, { bytes: await makePdfOfPages(20) });
  const states = watchToEnd(last, late.id);
  // The windows that are under way, and those of the files that follow them, one by one.
  await expect
    .poll(
      async () => {
        gate.open(8);
        return (await last.caller.files.get({ fileId: late.id })).status;
      },
      { timeout: 120_000, interval: 300 },
    )
    .toBe("ready");
  const unfinished = await Promise.all(files.map(({ user, id }) => user.caller.files.get({ fileId: id })));
  expect(unfinished.some(({ status }) => status !== "ready")).toBe(true);
  gate.open(Number.POSITIVE_INFINITY);
  await states;
  let chunks = 0;
  for (const { user, id } of files) chunks += (await watchToEnd(user, id)).at(-1)?.progress.total ?? 0;
  chunks += (await last.caller.files.get({ fileId: late.id })).progress.total;
  const texts = vendor.requests.flatMap(({ body }) => ("input" in body ? body.input : []));
  expect(texts).toHaveLength(chunks);
}, 300_000);

const createGate = () => {
  const waiting: (() => void)[] = [];
  let open = 0;
  const release = () => {
    while (open > 0 && waiting.length > 0) {
      open--;
      waiting.shift()?.();
    }
  };
  return {
    waiting: () => waiting.length,
    pass: () => {
      const { promise, resolve } = Promise.withResolvers<void>();
      waiting.push(resolve);
      release();
      return promise;
    },
    open: (count: number) => {
      open = count;
      release();
    },
  };
};
