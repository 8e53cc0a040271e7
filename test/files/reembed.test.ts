import { sql } from "kysely";
import { expect, test } from "vitest";
import { embeddingModelId, findServedModel, inTenant } from "../../db/index.ts";
import type { App } from "../../server/context.ts";
import { keepVectors } from "../../server/files/reembed.ts";
import { createOpenAiModel } from "../../server/model/openai.ts";
import { createCaller } from "../../server/router.ts";
import { contextOf, startTestApp, type TestApp, type TestUser } from "../support/app.ts";
import { cleanUp } from "../support/clean-up.ts";
import { ingestFile } from "../support/files.ts";
import { startOpenAiServer, type OpenAiEmbeddingBody } from "../support/openai-server.ts";
import { makePdf } from "../support/pdf.ts";

const vendor = await startOpenAiServer();
cleanUp(() => vendor.close());

const modelFor = (embeddingModel: string, embeddingDimensions: number) =>
  createOpenAiModel({
    apiKey: "test",
    baseUrl: vendor.baseUrl,
    models: ["gpt-4o-mini"],
    embeddingModel,
    embeddingDimensions,
    timeouts: { requestMs: 2_000, mostRetryWaitMs: 20 },
  });

/** The same database as a process sees it that was configured for other embeddings. */
const configured = async (app: App, model: App["model"]): Promise<App> => {
  const { model: name, dimensions } = model.embedding;
  return { ...app, model, embeddingModelId: await embeddingModelId(app.db, { name, dimensions }) };
};
const callerOf = (app: App, { accessToken }: TestUser) => createCaller(contextOf(app, { accessToken }));

const BIRDS = ["herons", "ospreys", "avocets", "bitterns", "dunlins", "godwits"];
const sentence = (bird: string) => `The wardens counted many ${bird} near the ${bird} pier.`;
const addBird = async (running: TestApp, user: TestUser, bird: string) =>
  ingestFile(running, user, { name: "notes.pdf", bytes: await makePdf([sentence(bird)]) });

const searchFor = async (app: App, user: TestUser, bird: string) => {
  const { hits } = await callerOf(app, user).files.search({ query: `${bird} pier` });
  return hits[0];
};
const isFound = async (app: App, user: TestUser, bird: string) =>
  expect((await searchFor(app, user, bird))?.text).toContain(bird);

const vectorsOf = async (app: App, { tenantId }: TestUser): Promise<Record<string, number>> => {
  const { rows } = await inTenant(app.db, tenantId, (trx) =>
    sql<{ model_id: number; count: number }>`
      select model_id, count(*)::int as count from chunk_embeddings group by model_id`.execute(trx),
  );
  return Object.fromEntries(rows.map((row) => [row.model_id, row.count]));
};

const servedId = async (app: App, { tenantId }: TestUser) => (await inTenant(app.db, tenantId, findServedModel))?.id;

test("a change of model and dimensions embeds anew while every search is served, then switches and cleans up", async () => {
  vendor.script = {};
  const old = await startTestApp({ parts: { model: modelFor("text-embedding-3-small", 256) } });
  const user = await old.signIn();
  for (const bird of BIRDS.slice(0, 4)) await addBird(old, user, bird);
  const next = await configured(old.app, modelFor("text-embedding-3-large", 512));
  vendor.requests.length = 0;

  let searches = 0;
  const switched = new AbortController();
  const searching = [old.app, next].map(async (app) => {
    for (let round = 0; !switched.signal.aborted || round < 8; round++, searches++)
      await isFound(app, user, BIRDS[round % 4] ?? "");
  });
  // The older process still runs, and takes a file in between.
  const uploading = addBird(old, user, BIRDS[4] ?? "").then(() => isFound(old.app, user, BIRDS[4] ?? ""));
  await keepVectors(next);
  await uploading;
  await keepVectors(next);
  switched.abort();
  await Promise.all(searching);

  expect(searches).toBeGreaterThanOrEqual(16);
  expect(await servedId(next, user)).toBe(next.embeddingModelId);
  expect(await vectorsOf(next, user)).toMatchObject({ [next.embeddingModelId]: 5 });
  await addBird(old, user, BIRDS[5] ?? "");
  await keepVectors(next, { settledMs: 0 });
  expect(await vectorsOf(next, user)).toEqual({ [next.embeddingModelId]: 6 });
  for (const bird of BIRDS) for (const app of [old.app, next]) await isFound(app, user, bird);

  const requests = vendor.requests.map((request) => request.body as OpenAiEmbeddingBody);
  const texts = requests.filter((body) => body.model === "text-embedding-3-large").flatMap((body) => body.input);
  const documents = texts.filter((text) => text.includes("wardens"));
  expect(new Set(documents).size).toBe(documents.length);
  const { rows } = await inTenant(next.db, user.tenantId, (trx) =>
    sql<{ tokens: number }>`select sum(embedding_tokens)::int as tokens from usage_events
      where model = 'text-embedding-3-large@512'`.execute(trx),
  );
  expect(rows[0]?.tokens).toBe(texts.reduce((sum, text) => sum + (text.match(/\s*\S+/g)?.length ?? 0), 0));
});

test("a provider that cannot reach the old space searches by full text until the switch, new files too", async () => {
  vendor.script = {};
  const offline = await startTestApp();
  const user = await offline.signIn();
  await addBird(offline, user, "herons");
  const next = await configured(offline.app, modelFor("text-embedding-3-small", 256));
  await isFound(next, user, "herons");
  await isFound(offline.app, user, "herons");
  await addBird(offline, user, "ospreys");
  await isFound(next, user, "ospreys");
  await keepVectors(next);
  for (const bird of ["herons", "ospreys"]) {
    await isFound(next, user, bird);
    await isFound(offline.app, user, bird);
  }
});

test("while the new model fails the old one serves, and a later round goes on where it broke off", async () => {
  vendor.script = {};
  const old = await startTestApp({ parts: { model: modelFor("text-embedding-3-small", 256) } });
  const user = await old.signIn();
  for (const bird of BIRDS.slice(0, 2)) await addBird(old, user, bird);
  const next = await configured(old.app, modelFor("text-embedding-3-large", 512));
  vendor.script = { models: ["text-embedding-3-small"] };
  await keepVectors(next);
  expect(await servedId(old.app, user)).toBe(old.app.embeddingModelId);
  await isFound(old.app, user, "herons");
  vendor.script = {};
  await keepVectors(next);
  expect(await servedId(next, user)).toBe(next.embeddingModelId);
  await isFound(next, user, "herons");
});

test("a process that was configured earlier does not turn tenants back", async () => {
  vendor.script = {};
  const old = await startTestApp({ parts: { model: modelFor("text-embedding-3-small", 256) } });
  const user = await old.signIn();
  await addBird(old, user, "herons");
  const next = await configured(old.app, modelFor("text-embedding-3-small", 512));
  await keepVectors(next);
  await keepVectors(old.app);
  expect(await servedId(old.app, user)).toBe(next.embeddingModelId);
  const again = await configured(old.app, old.app.model);
  await keepVectors(again);
  expect(await servedId(again, user)).toBe(old.app.embeddingModelId);
  await isFound(again, user, "herons");
});
