import { expect, test } from "vitest";
import { createOpenAiModel } from "../../server/model/openai.ts";
import { countTokens } from "../../server/tokens.ts";
import { cleanUp } from "../support/clean-up.ts";
import {
  type OpenAiBody,
  type OpenAiEmbeddingBody,
  type OpenAiEmbeddings,
  type OpenAiScript,
  startOpenAiServer,
} from "../support/openai-server.ts";

const open = async (script: OpenAiScript) => {
  const vendor = await startOpenAiServer(script);
  cleanUp(() => vendor.close());
  const warned: { event: string; count: number | undefined }[] = [];
  const model = createOpenAiModel({
    apiKey: "test",
    baseUrl: vendor.baseUrl,
    models: ["some-model"],
    embeddingModel: "some-embedding",
    embeddingDimensions: 1536,
    log: { warn: (event, fields) => warned.push({ event, count: fields?.count }) },
  });
  const statuses = () => vendor.requests.map(({ status }) => status);
  return { model, vendor, warned, statuses };
};

const inputOf = (body: OpenAiBody): string[] => [(body as OpenAiEmbeddingBody).input].flat();
const dot = (a?: Float32Array, b?: Float32Array): number =>
  (a ?? new Float32Array()).reduce((sum, value, at) => sum + value * (b?.[at] ?? 0), 0);

/** That each text got the vector which it gets by itself. */
const expectInPlace = async (texts: string[], vectors: Float32Array[]) => {
  const { model } = await open({});
  const { vectors: expected } = await model.embed(texts, "document");
  expect(vectors).toHaveLength(texts.length);
  for (const [at, vector] of vectors.entries()) expect(dot(vector, expected[at])).toBeCloseTo(1, 3);
};
const TEXTS = Array.from({ length: 100 }, (_, at) => `passage about topic${at} and bird${at}`);

test.for([
  [32, 413, { message: "batch size 100 > maximum allowed batch size 32", code: 413, type: "Validation" }],
  [32, 422, { error: "batch size 100 > maximum allowed batch size 32", error_type: "Validation" }],
  [
    10,
    400,
    { error: { code: "InvalidParameter", message: "batch size is invalid, it should not be larger than 10." } },
  ],
  [10, 413, "Request Entity Too Large"],
] as const)("a server that takes %i inputs and answers %i is given fewer, for good", async ([most, status, body]) => {
  const { model, vendor, statuses } = await open({
    refuse: (asked) => (inputOf(asked).length > most ? { status, body } : undefined),
  });
  await expectInPlace(TEXTS, (await model.embed(TEXTS, "document")).vectors);
  const refusals = statuses().filter((got) => got !== 200).length;
  expect(refusals).toBeLessThanOrEqual(Math.ceil(Math.log2(100 / most)));
  vendor.requests.length = 0;
  await model.embed(TEXTS, "document");
  expect(new Set(statuses())).toEqual(new Set([200]));
  expect(statuses().length).toBeLessThanOrEqual(Math.ceil((2 * 100) / most));
});

const withoutIndexes = (reply: OpenAiEmbeddings, leave: (index: number) => boolean) => ({
  ...reply,
  data: reply.data.map(({ index, ...item }) => (leave(index) ? item : { ...item, index })),
});
test.for<[string, NonNullable<OpenAiScript["revise"]>]>([
  ["none", (reply) => withoutIndexes(reply, () => true)],
  ["none for the first", (reply) => withoutIndexes(reply, (index) => index === 0)],
  ["the same for all", (reply) => ({ ...reply, data: reply.data.map((item) => ({ ...item, index: 0 })) })],
  ["the places, in another order", (reply) => ({ ...reply, data: reply.data.toReversed() })],
  ["no numbers", (reply) => ({ ...reply, data: reply.data.map((item) => ({ ...item, index: null })) })],
  ["numbers from one", (reply) => ({ ...reply, data: reply.data.map((item) => ({ ...item, index: item.index + 1 })) })],
])("vectors whose indexes are %s are those of their texts", async ([, revise]) => {
  const { model } = await open({ revise });
  await expectInPlace(TEXTS.slice(0, 7), (await model.embed(TEXTS.slice(0, 7), "document")).vectors);
});

test.for<[string, unknown, number | undefined]>([
  ["of both kinds", { prompt_tokens: 12, total_tokens: 12 }, 12],
  ["in total only", { total_tokens: 12 }, 12],
  ["empty", {}, undefined],
  ["absent", undefined, undefined],
  ["zero", { prompt_tokens: 0, total_tokens: 0 }, undefined],
  ["not numbers", { prompt_tokens: "many", total_tokens: -3 }, undefined],
  ["no object", "12 tokens", undefined],
])("the tokens of embeddings from usage that is %s", async ([, usage, tokens]) => {
  const { model } = await open({ revise: (reply) => ({ ...reply, usage }) });
  expect((await model.embed(["herons nest"], "document")).tokens).toBe(tokens);
});

const isZero = (vector?: Float32Array) => vector?.length === 1536 && vector.every((value) => value === 0);
const replaceSecond = (reply: OpenAiEmbeddings, embedding: unknown) => ({
  ...reply,
  data: reply.data.map((item) => (item.index === 1 ? { ...item, embedding } : item)),
});
const nans = Buffer.from(new Float32Array(1536).fill(Number.NaN).buffer).toString("base64");
test.for<[string, NonNullable<OpenAiScript["revise"]>]>([
  [
    "zeros",
    (reply) =>
      replaceSecond(
        reply,
        Array.from({ length: 1536 }, () => 0),
      ),
  ],
  [
    "nulls",
    (reply) =>
      replaceSecond(
        reply,
        Array.from({ length: 1536 }, () => null),
      ),
  ],
  ["NaN in base64", (reply) => replaceSecond(reply, nans)],
  [
    "NaN in what should be JSON",
    (reply) =>
      JSON.stringify(
        replaceSecond(
          reply,
          Array.from({ length: 1536 }, () => null),
        ),
      ).replaceAll("null", "NaN"),
  ],
])("a vector of %s is a zero vector, and logged; the others are as they are", async ([, revise]) => {
  const { model, warned, statuses } = await open({ revise });
  const { vectors } = await model.embed(TEXTS.slice(0, 3), "document");
  expect(vectors.map(isZero)).toEqual([false, true, false]);
  expect(warned).toEqual([{ event: expect.stringContaining("no vector"), count: 1 }]);
  expect(statuses()).toEqual([200]);
});

test("one input that makes the server fail for NaN is found, and the rest of its batch embedded", async () => {
  const { model, warned, statuses } = await open({
    refuse: (body) =>
      inputOf(body).some((text) => text.includes("topic37 "))
        ? { status: 500, body: { error: { message: "failed to encode response: json: unsupported value: NaN" } } }
        : undefined,
  });
  const { vectors, tokens } = await model.embed(TEXTS, "document");
  expect(vectors.map(isZero).indexOf(true)).toBe(37);
  expect(vectors.filter(isZero)).toHaveLength(1);
  expect(tokens).toBeUndefined();
  expect(warned).toEqual([{ event: expect.stringContaining("no vector"), count: 1 }]);
  expect(statuses().length).toBeLessThan(2 * Math.log2(128) + 2);
});

const tokensOf = (text: string) => countTokens(text) * 1.3;
test.for([
  [413, { message: "Input validation error: inputs must have less than 512 tokens.", code: 413 }],
  [400, { error: { message: "This model's maximum context length is 512 tokens, however you requested 900." } }],
  [500, { error: { code: 500, message: "input is too large to process. increase the physical batch size" } }],
  [400, { error: "the input length exceeds the context length" }],
] as const)("inputs longer than the model's window are cut to fit, and logged: %i %j", async ([status, body]) => {
  const { model, vendor, warned } = await open({
    refuse: (asked) => (inputOf(asked).some((text) => tokensOf(text) > 512) ? { status, body } : undefined),
  });
  const long = "Herons nest near the lake in spring. ".repeat(80);
  const { vectors } = await model.embed(["Whales swim.", long, "Bears sleep."], "document");
  expect(vectors.some(isZero)).toBe(false);
  expect(warned).toEqual([{ event: expect.stringContaining("cut"), count: 1 }]);
  const [first, cut = "", last] = inputOf(vendor.requests.at(-1)?.body as OpenAiBody);
  expect([first, last]).toEqual(["Whales swim.", "Bears sleep."]);
  expect(long.startsWith(cut.trim())).toBe(true);
  expect(tokensOf(cut)).toBeGreaterThan(512 / 2);
});

test("one text that is too long does not shorten the texts of later calls", async () => {
  const { model, vendor, warned } = await open({
    refuse: (body) =>
      inputOf(body).some((text) => text.startsWith("§") && text.length > 200)
        ? { status: 400, body: { error: "the input length exceeds the context length" } }
        : undefined,
  });
  await model.embed(["§".repeat(3_000)], "document");
  expect(warned).toHaveLength(1);
  const other = "Herons nest near the lake. ".repeat(80);
  await model.embed([other], "document");
  expect(inputOf(vendor.requests.at(-1)?.body as OpenAiBody)).toEqual([other]);
});

test("a wrong dimension names both numbers and the variable to set, in the log and in the failure", async () => {
  const { model, warned } = await open({ revise: (reply) => replaceSecond(reply, [1, 0, 0, 0]) });
  const failed: unknown = await model.embed(TEXTS.slice(0, 3), "document").catch((thrown: unknown) => thrown);
  expect(failed).toMatchObject({ reason: "MODEL_UNAVAILABLE" });
  for (const words of [warned[0]?.event, (failed as { cause: Error }).cause.message])
    expect(words).toMatch(/\b4\b.*\b1536\b.*EMBEDDING_DIMENSIONS=4/);
});

test("an error in the body of a success is a failure with the server's words", async () => {
  const { model } = await open({ reply: () => ({ error: { message: "No provider available", code: 404 } }) });
  await expect(model.embed(["herons"], "query")).rejects.toMatchObject({
    reason: "MODEL_UNAVAILABLE",
    cause: { reply: "No provider available" },
  });
});
