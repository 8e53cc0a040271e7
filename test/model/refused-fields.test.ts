import { expect, test } from "vitest";
import { createLog } from "../../server/log.ts";
import { createOpenAiModel, type OpenAiOptions } from "../../server/model/openai.ts";
import { chatRequest, collect } from "../ports/model.contract.ts";
import { cleanUp } from "../support/clean-up.ts";
import {
  type OpenAiBody,
  type OpenAiChatBody,
  type OpenAiScript,
  startOpenAiServer,
} from "../support/openai-server.ts";

const never = new AbortController().signal;

const open = async (script: OpenAiScript = {}, options: Partial<OpenAiOptions> = {}) => {
  const vendor = await startOpenAiServer(script);
  cleanUp(() => vendor.close());
  const model = createOpenAiModel({
    apiKey: "secret-key-of-the-server",
    baseUrl: vendor.baseUrl,
    models: ["some-model", "gpt-5-mini"],
    embeddingModel: "text-embedding-3-small",
    embeddingDimensions: 256,
    ...options,
  });
  return { model, vendor };
};

const error = (message: string, more: object = {}) => ({
  error: { message, type: "invalid_request_error", param: null, code: null, ...more },
});
const isChat = (body: OpenAiBody): body is OpenAiChatBody => "messages" in body;

type Case = {
  field: string;
  model?: string;
  sends: (body: OpenAiBody) => boolean;
  status: number;
  body: unknown;
  instead?: string;
};

const CHAT: Case[] = [
  {
    field: "stream_options",
    sends: (body) => isChat(body) && body.stream_options !== undefined,
    status: 422,
    body: {
      object: "error",
      message: {
        detail: [{ type: "extra_forbidden", loc: ["body", "stream_options", "include_usage"], msg: "Extra inputs" }],
      },
    },
  },
  {
    field: "temperature",
    sends: (body) => isChat(body) && body.temperature !== undefined,
    status: 400,
    body: error("Unsupported value: 'temperature' does not support 0 with this model.", { param: "temperature" }),
  },
  {
    field: "max_tokens",
    sends: (body) => isChat(body) && body.max_tokens !== undefined,
    status: 400,
    body: error("'max_tokens' is not supported with this model. Use 'max_completion_tokens' instead.", {
      param: "max_tokens",
    }),
    instead: "max_completion_tokens",
  },
  {
    field: "max_completion_tokens",
    model: "gpt-5-mini",
    sends: (body) => isChat(body) && body.max_completion_tokens !== undefined,
    status: 422,
    body: { detail: [{ type: "extra_forbidden", loc: ["body", "max_completion_tokens"], msg: "Extra inputs" }] },
    instead: "max_tokens",
  },
  {
    field: "reasoning_effort",
    model: "gpt-5-mini",
    sends: (body) => isChat(body) && body.reasoning_effort !== undefined,
    status: 400,
    body: { error: "Unrecognized request argument supplied: reasoning_effort" },
  },
];

test.for(CHAT)("$field that a server refuses is left out and not sent again", async (quirk) => {
  const { model: name = "some-model", sends, status, body, field, instead } = quirk;
  const { model, vendor } = await open({ refuse: (asked) => (sends(asked) ? { status, body } : undefined) });
  for (let asked = 0; asked < 3; asked++) {
    const { text, error: failed } = await collect(model.chat(chatRequest(model, { model: name }), never));
    expect(failed).toBeUndefined();
    expect(text).toBe("The harbour bridge was opened to traffic in 1932. [1]");
  }
  expect(vendor.requests.map((request) => request.status)).toEqual([status, 200, 200, 200]);
  expect(vendor.requests.at(-1)?.body).not.toHaveProperty(field);
  if (instead) expect(vendor.requests.at(-1)?.body).toHaveProperty(instead);
});

test("a server that refuses every optional field is asked without them, each refusal once", async () => {
  const { model, vendor } = await open({
    refuse: (body) => {
      const name = Object.keys(body).find((key) => !["model", "messages", "stream"].includes(key));
      return name ? { status: 400, body: { message: `Extra field: ${name}` } } : undefined;
    },
  });
  for (let asked = 0; asked < 2; asked++)
    expect((await collect(model.chat(chatRequest(model), never))).text).not.toBe("");
  expect(vendor.requests.map(({ status }) => status)).toEqual([400, 400, 400, 400, 200, 200]);
});

test.for([
  { message: "System role not supported" },
  { message: "Only user and assistant roles are supported!" },
  { message: "Developer instruction is not enabled for models/gemma-3-27b-it" },
])("rules stand in the first question where there is no system role: $message", async ({ message }) => {
  const { model, vendor } = await open({
    refuse: (body) =>
      isChat(body) && body.messages.some(({ role }) => role === "system")
        ? { status: 400, body: error(message) }
        : undefined,
  });
  const messages = [
    { role: "system" as const, content: "The rules." },
    { role: "user" as const, content: "First?" },
    { role: "assistant" as const, content: "Yes." },
    { role: "user" as const, content: "[1] Herons nest here.\n\nWho nests?" },
  ];
  for (let asked = 0; asked < 2; asked++)
    expect((await collect(model.chat(chatRequest(model, { messages }), never))).error).toBeUndefined();
  expect(vendor.requests.map(({ status }) => status)).toEqual([400, 200, 200]);
  const sent = vendor.requests.at(-1)?.body as OpenAiChatBody;
  expect(sent.messages.map(({ role }) => role)).toEqual(["user", "assistant", "user"]);
  expect(sent.messages[0]?.content).toBe("The rules.\n\nFirst?");
});

test("a conversation that is too long teaches nothing about the fields that the refusal names", async () => {
  const { model, vendor } = await open({
    refuse: () => ({
      status: 400,
      body: error("'max_tokens' is too large: 400. This model's maximum context length is 4096 tokens."),
    }),
  });
  expect((await collect(model.chat(chatRequest(model), never))).error).toMatchObject({ reason: "MODEL_UNAVAILABLE" });
  vendor.script = {};
  await collect(model.chat(chatRequest(model), never));
  expect(vendor.requests).toHaveLength(2);
  expect(vendor.requests[1]?.body).toHaveProperty("max_tokens");
});

test("what one model refuses another of the same server is still sent", async () => {
  const { model, vendor } = await open({
    refuse: (body) =>
      isChat(body) && body.model === "some-model" && body.stream_options
        ? { status: 400, body: error("Unknown field stream_options") }
        : undefined,
  });
  await collect(model.chat(chatRequest(model), never));
  await collect(model.chat(chatRequest(model, { model: "gpt-5-mini" }), never));
  expect(vendor.requests.at(-1)?.body).toHaveProperty("stream_options");
});

test.for([
  {
    field: "encoding_format",
    status: 400,
    body: error("base64 encoding is not currently supported"),
  },
  {
    field: "dimensions",
    status: 400,
    body: error(
      "Model does not support matryoshka representation, changing output dimensions will lead to poor results.",
    ),
  },
] as const)("embeddings are asked for without $field once a server has refused it", async ({ field, status, body }) => {
  const has = (asked: OpenAiBody) => field in asked;
  const { model, vendor } = await open(
    { refuse: (asked) => (has(asked) ? { status, body } : undefined) },
    { embeddingDimensions: 1536 },
  );
  const { vectors } = await model.embed(["herons nest", "whales swim"], "document");
  expect(vectors.map((vector) => vector.length)).toEqual([1536, 1536]);
  await model.embed(["herons"], "query");
  await model.embed(["whales"], "query");
  expect(vendor.requests.map((request) => request.status)).toEqual([400, 200, 200, 200]);
});

test("a server that accepts everything is asked once for each call", async () => {
  const { model, vendor } = await open();
  await collect(model.chat(chatRequest(model), never));
  await model.embed(["herons"], "query");
  expect(vendor.requests.map(({ status }) => status)).toEqual([200, 200]);
  expect(vendor.requests[1]?.body).toMatchObject({ encoding_format: "base64" });
});

const KEY = "secret-key-of-the-server";
test.for([
  ["an object in an error", error(`Incorrect API key provided: ${KEY}. Find yours at the site.`), "Incorrect API key"],
  ["another key's shape", error("Incorrect API key provided: sk-proj-Ab*******wxyz."), "Incorrect API key"],
  ["text in an error", { error: `no such thing for ${KEY}` }, "no such thing"],
  ["a message", { message: `quota of Bearer ${KEY}`, code: 401 }, "quota of"],
  ["details", { detail: [{ loc: ["body"], msg: "Field required", input: "what a person wrote" }] }, "Field required"],
  ["plain text", `<h1>denied to ${KEY}</h1>`, "denied to"],
  ["nothing", "", "401"],
] as const)("a refusal as %s keeps the server's words and no key", async ([, body, words]) => {
  const { model } = await open({ refuse: () => ({ status: 401, body }) });
  const { error: failed } = await collect(model.chat(chatRequest(model), never));
  expect(failed).toMatchObject({ reason: "MODEL_UNAVAILABLE", cause: { status: 401 } });
  const { cause } = failed as { cause: Error & { reply: string } };
  expect(cause.message).toContain(words);
  const lines: string[] = [];
  createLog("debug", (line) => lines.push(line)).warn("answer failed", { error: failed });
  for (const text of [cause.message, cause.reply, ...lines])
    expect(text).not.toMatch(/secret-key|sk-proj|person wrote/);
});

test.for(["", "/", "/prefix/of/v1", "/prefix/of/v1/"])("a base address that ends with %j is kept", async (end) => {
  const { vendor } = await open();
  const { model } = await open({}, { baseUrl: vendor.baseUrl + end });
  await collect(model.chat(chatRequest(model), never));
  await model.embed(["herons"], "query");
  const base = `/v1${end.replace(/\/$/, "")}`;
  expect(vendor.requests.map(({ path }) => path)).toEqual([`${base}/chat/completions`, `${base}/embeddings`]);
});
