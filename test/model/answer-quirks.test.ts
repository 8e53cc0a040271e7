import { expect, test } from "vitest";
import { createOpenAiModel } from "../../server/model/openai.ts";
import { chatRequest, collect } from "../ports/model.contract.ts";
import { cleanUp } from "../support/clean-up.ts";
import { chunkOf, type OpenAiScript, startOpenAiServer } from "../support/openai-server.ts";

const never = new AbortController().signal;

const open = async (script: OpenAiScript) => {
  const vendor = await startOpenAiServer(script);
  cleanUp(() => vendor.close());
  const model = createOpenAiModel({
    apiKey: "test-key",
    baseUrl: vendor.baseUrl,
    models: ["some-model"],
    embeddingModel: "some-embedding",
    embeddingDimensions: 1536,
    timeouts: { mostRetryWaitMs: 10 },
  });
  return { model, vendor };
};

const ANSWER = "Herons nest here [1].";
const FINISH = chunkOf({}, "stop");
const DONE = "data: [DONE]\n\n";
const usageOf = (usage: unknown) => `data: ${JSON.stringify({ choices: [], usage })}\n\n`;
const USAGE = usageOf({ prompt_tokens: 10, completion_tokens: 5, total_tokens: 15 });
const WORDS = ["Herons", " nest", " here", " [1]."].map((content) => chunkOf({ content }));
const read = async (pieces: Iterable<string>) => {
  const { model, vendor } = await open({ stream: () => pieces });
  return { ...(await collect(model.chat(chatRequest(model), never))), vendor };
};

const parts = (text: string) => [{ type: "text", text }];
const azure = (choices: object[]) => `data: ${JSON.stringify({ id: "", object: "", model: "", choices })}\n\n`;
test.for<[string, string[]]>([
  ["CRLF", [...WORDS, FINISH, USAGE, DONE].map((text) => text.replaceAll("\n", "\r\n"))],
  ["CR alone", [...WORDS, FINISH, USAGE, DONE].map((text) => text.replaceAll("\n", "\r"))],
  ["no blank after the colon", [...WORDS, FINISH, USAGE, DONE].map((text) => text.replace("data: ", "data:"))],
  [
    "comments and empty data between",
    [": PROCESSING\n\n", ...WORDS.flatMap((word) => [": ping\n\n", "data:\n\n", word]), FINISH, USAGE, DONE],
  ],
  ["each byte by itself", Array.from([...WORDS, FINISH, USAGE, DONE].join(""))],
  ["event and id lines", [...WORDS.map((word) => `event: message\nid: 7\n${word}`), FINISH, USAGE, DONE]],
  [
    "Azure's first chunk and last one",
    [azure([]), ...WORDS, FINISH, azure([{ finish_reason: null, index: 0, content_filter_offsets: {} }]), USAGE, DONE],
  ],
  ["no [DONE]", [...WORDS, FINISH, USAGE]],
  ["[DONE] without a finish reason", [...WORDS, USAGE, DONE]],
  ["a finish without a delta", [...WORDS, azure([{ index: 0, finish_reason: "stop" }]), USAGE, DONE]],
  ["the last words with the finish", [...WORDS.slice(0, 3), chunkOf({ content: " [1]." }, "stop"), USAGE, DONE]],
  [
    "parts",
    [
      chunkOf({ content: [] }),
      chunkOf({ content: parts("Herons nest") }),
      chunkOf({ content: " here" }),
      chunkOf({ content: [{ text: " [1]" }, "."] }),
      FINISH,
      USAGE,
      DONE,
    ],
  ],
  [
    "null between",
    [chunkOf({ role: "assistant", content: null }), ...WORDS, chunkOf({ content: null }), FINISH, USAGE, DONE],
  ],
  [
    "usage in each chunk",
    [
      ...["Herons", " nest", " here", " [1]."].map((content, at) =>
        chunkOf({ content }, null, { usage: { prompt_tokens: 10, completion_tokens: at + 1 } }),
      ),
      FINISH,
      USAGE,
      DONE,
    ],
  ],
  [
    "empty usage in each chunk and after",
    [
      ...WORDS,
      chunkOf({}, "stop", { usage: { prompt_tokens: 10, completion_tokens: 5 } }),
      usageOf({}),
      usageOf(null),
      DONE,
    ],
  ],
  ["usage in total and of the prompt", [...WORDS, FINISH, usageOf({ prompt_tokens: 10, total_tokens: 15 }), DONE]],
])("an answer with %s is read whole, with the server's usage", async ([, pieces]) => {
  const { text, end, error, vendor } = await read(pieces);
  expect(error).toBeUndefined();
  expect(text).toBe(ANSWER);
  expect(end).toEqual({ type: "end", promptTokens: 10, completionTokens: 5, estimated: false });
  expect(vendor.requests).toHaveLength(1);
});

test.for<[string, unknown]>([
  ["in total only", { total_tokens: 15 }],
  ["empty", {}],
  ["null", null],
  ["not numbers", { prompt_tokens: "ten", completion_tokens: -1 }],
  ["fractions and beyond all bounds", { prompt_tokens: 10.5, completion_tokens: 1e300 }],
  ["zero", { prompt_tokens: 0, completion_tokens: 0, total_tokens: 0 }],
  ["a list", [1, 2]],
])("usage that is %s is estimated, and marked so", async ([, usage]) => {
  const { text, end } = await read([...WORDS, FINISH, usageOf(usage), DONE]);
  expect(text).toBe(ANSWER);
  expect(end).toMatchObject({ estimated: true });
  if (end?.type !== "end") throw new Error("it ended");
  expect(end.promptTokens).toBeGreaterThan(40);
  expect(end.completionTokens).toBeGreaterThan(3);
  expect(end.completionTokens).toBeLessThan(12);
});

test.for([
  ["length", "length"],
  ["max_tokens", "length"],
  ["content_filter", "content_filter"],
] as const)("the finish reason %s is the cause %s", async ([finish, cause]) => {
  const { text, end, error } = await read([...WORDS.slice(0, 2), chunkOf({}, finish), USAGE, DONE]);
  expect(error).toBeUndefined();
  expect(text).toBe("Herons nest");
  expect(end).toMatchObject({ cause, completionTokens: 5 });
});

test("a stream that ends without a finish reason and without [DONE] was cut", async () => {
  const { text, end, error } = await read(WORDS.slice(0, 2));
  expect([text, end]).toEqual(["Herons nest", undefined]);
  expect(error).toMatchObject({ reason: "MODEL_UNAVAILABLE" });
});

test.for([
  [
    "an error chunk",
    `data: {"error": {"code": 502, "message": "Provider disconnected test-key"}}\n\n`,
    "Provider disconnected ***",
  ],
  [
    "the finish reason error",
    chunkOf({ content: "" }, "error", { error: { code: 502, message: "Provider gone" } }),
    "Provider gone",
  ],
  ["the finish reason error alone", chunkOf({}, "error"), "error"],
] as const)("%s in mid-answer is a failure with the server's words", async ([, piece, words]) => {
  const { text, error } = await read([...WORDS.slice(0, 2), piece]);
  expect(text).toBe("Herons nest");
  expect(error).toMatchObject({ reason: "MODEL_UNAVAILABLE" });
  expect((error as { cause: Error }).cause.message).toContain(words);
});

test("an error chunk before the first word is tried again where it may pass", async () => {
  let asked = 0;
  const { model, vendor } = await open({
    stream: () =>
      asked++ === 0 ? [`data: {"error": {"code": 503, "message": "overloaded"}}\n\n`] : [...WORDS, FINISH, DONE],
  });
  expect((await collect(model.chat(chatRequest(model), never))).text).toBe(ANSWER);
  expect(vendor.requests).toHaveLength(2);
});

test("a server that does not stream answers with the whole", async () => {
  const usage = { prompt_tokens: 10, completion_tokens: 5, total_tokens: 15 };
  const reply = (message: object) => ({ choices: [{ index: 0, finish_reason: "length", message }], usage });
  const { model } = await open({ reply: () => reply({ role: "assistant", content: parts(ANSWER) }) });
  const { text, end } = await collect(model.chat(chatRequest(model), never));
  expect(text).toBe(ANSWER);
  expect(end).toEqual({ type: "end", promptTokens: 10, completionTokens: 5, estimated: false, cause: "length" });
});

test.for<[string, unknown, string]>([
  [
    "parts",
    [
      { type: "thinking", thinking: [{ type: "text", text: "hm" }] },
      { type: "text", text: " When? " },
    ],
    "When?",
  ],
  ["null", null, ""],
  ["reasoning and the question", "<think>They mean [1].</think>\n\nWhen?", "When?"],
  ["reasoning whose opening tag the template wrote", "They mean it.\n</think>\n\nWhen?", "When?"],
  ["reasoning that was never closed", "<think>They mean", ""],
])("a rewritten question that comes as %s", async ([, content, text]) => {
  const { model } = await open({ reply: () => ({ choices: [{ message: { role: "assistant", content } }] }) });
  const messages = [{ role: "user" as const, content: "And then?" }];
  expect(await model.rewrite?.({ model: "some-model", messages }, never)).toMatchObject({ text });
});
