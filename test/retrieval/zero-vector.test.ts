import { sql } from "kysely";
import { expect, test } from "vitest";
import { inTenant, nearest } from "../../db/index.ts";
import { createOpenAiModel } from "../../server/model/openai.ts";
import { startTestApp } from "../support/app.ts";
import { askFor, eventsOf } from "../support/chat.ts";
import { cleanUp } from "../support/clean-up.ts";
import { ingestFile } from "../support/files.ts";
import { startOpenAiServer, type OpenAiEmbeddings, type OpenAiScript } from "../support/openai-server.ts";
import { makePdf } from "../support/pdf.ts";

const vendor = await startOpenAiServer();
cleanUp(() => vendor.close());
const model = createOpenAiModel({
  apiKey: "test",
  baseUrl: vendor.baseUrl,
  models: ["some-model"],
  embeddingModel: "text-embedding-3-small",
  embeddingDimensions: 256,
  timeouts: { mostRetryWaitMs: 50 },
});
const shared = await startTestApp({ parts: { model } });
const { app } = shared;
const space = { id: app.embeddingModelId, name: model.embedding.model, dimensions: 256 };

const zeroFor = (word: string): NonNullable<OpenAiScript["revise"]> =>
  function revise(reply, { input }): OpenAiEmbeddings {
    const zero = Buffer.alloc(256 * 4).toString("base64");
    const texts = [input].flat();
    return {
      ...reply,
      data: reply.data.map((item) => (texts[item.index]?.includes(word) ? { ...item, embedding: zero } : item)),
    };
  };

const withBirds = async (script: OpenAiScript) => {
  vendor.script = script;
  const user = await shared.signIn();
  const add = async (text: string) => (await ingestFile(shared, user, { bytes: await makePdf([text]) })).id;
  const herons = await add("Herons nest on the lake in spring.");
  const quetzal = await add("The quetzal is green and lives in cloud forests.");
  vendor.script = {};
  return { user, herons, quetzal };
};

test.for<[string, OpenAiScript]>([
  ["gives a zero vector", { revise: zeroFor("quetzal") }],
  [
    "fails for NaN",
    {
      refuse: (body) =>
        "input" in body && [body.input].flat().some((text) => text.includes("quetzal"))
          ? { status: 500, body: { error: { message: "json: unsupported value: NaN" } } }
          : undefined,
    },
  ],
])("a passage for which the model %s is found by its words, and never by its vector", async ([, script]) => {
  const { user, herons, quetzal } = await withBirds(script);
  const find = async (query: string) => (await user.caller.files.search({ query })).hits.map(({ fileId }) => fileId);
  expect((await find("quetzal"))[0]).toBe(quetzal);
  expect(await find("herons nesting")).toEqual([herons]);
  const got = await askFor(user, { question: "Where does the quetzal live?" });
  expect(eventsOf(got, "finished")).toMatchObject([{ outcome: "answered" }]);
});

test.for(["few", "exact", "index"] as const)("vector search (%s) gives no passage without a vector", async (way) => {
  const { user, herons } = await withBirds({ revise: zeroFor("quetzal") });
  const { vectors } = await model.embed(["Herons nest on the lake in spring."], "query");
  const [vector = new Float32Array(256)] = vectors;
  const rows = await inTenant(app.db, user.tenantId, async (trx) => {
    const query = { semantic: { space, vector }, words: "", limit: 6, way };
    const { rows: found } = await nearest(trx, query, 30).execute(trx);
    const ids = found.map(({ chunk_id: id }) => id);
    return (await sql<{ file_id: string }>`select file_id from chunks where id = any(${ids}::uuid[])`.execute(trx))
      .rows;
  });
  expect(rows).toEqual([{ file_id: herons }]);
});

test("a question for which the model gives no vector is searched by its words alone", async () => {
  const { user, herons } = await withBirds({});
  vendor.script = { revise: zeroFor("herons") };
  const { hits } = await user.caller.files.search({ query: "herons" });
  expect(hits.map(({ fileId }) => fileId)).toEqual([herons]);
  const got = await askFor(user, { question: "Where do herons nest?" });
  expect(eventsOf(got, "finished")).toMatchObject([{ outcome: "answered" }]);
});
