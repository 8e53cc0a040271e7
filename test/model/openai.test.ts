import { createServer } from "node:net";
import { afterEach, expect, test, vi } from "vitest";
import { hasReason } from "../../server/errors.ts";
import type { Reason } from "../../server/contract/errors.ts";
import { createOpenAiModel, type OpenAiOptions } from "../../server/model/openai.ts";
import { chatRequest, collect } from "../ports/model.contract.ts";
import { type OpenAiFault, type OpenAiScript, type OpenAiServer, startOpenAiServer } from "../support/openai-server.ts";

const TIMEOUTS = { firstTokenMs: 300, betweenTokensMs: 300, requestMs: 300, rewriteMs: 300, mostRetryWaitMs: 30 };
const never = new AbortController().signal;

let vendor: OpenAiServer | undefined;
afterEach(async () => {
  await vendor?.close();
  vendor = undefined;
});

const open = async (script: OpenAiScript = {}, options: Partial<OpenAiOptions> = {}) => {
  const started = await startOpenAiServer(script);
  vendor = started;
  const model = createOpenAiModel({
    apiKey: "test",
    baseUrl: started.baseUrl,
    models: ["gpt-4o-mini"],
    embeddingModel: "text-embedding-3-small",
    embeddingDimensions: 1536,
    timeouts: TIMEOUTS,
    ...options,
  });
  return { model, vendor: started };
};

const eventually = (check: () => void) => vi.waitFor(check, { timeout: 60_000 });

type ChatCase = { name: string; fault: OpenAiFault; reason: Reason; said: boolean; calls: number };

const CHAT_CASES: ChatCase[] = [
  { name: "never answers", fault: { kind: "silent" }, reason: "MODEL_TIMEOUT", said: false, calls: 1 },
  {
    name: "opens a stream and sends no word",
    fault: { kind: "stall", after: 0 },
    reason: "MODEL_TIMEOUT",
    said: false,
    calls: 1,
  },
  { name: "stalls in mid-answer", fault: { kind: "stall", after: 2 }, reason: "MODEL_TIMEOUT", said: true, calls: 1 },
  {
    name: "breaks the connection in mid-answer",
    fault: { kind: "cut", after: 2 },
    reason: "MODEL_UNAVAILABLE",
    said: true,
    calls: 1,
  },
  {
    name: "breaks the connection before a word, twice",
    fault: { kind: "cut", after: 0 },
    reason: "MODEL_UNAVAILABLE",
    said: false,
    calls: 2,
  },
  {
    name: "ends without a finish reason",
    fault: { kind: "unfinished", after: 2 },
    reason: "MODEL_UNAVAILABLE",
    said: true,
    calls: 1,
  },
  {
    name: "sends a chunk that is not JSON",
    fault: { kind: "malformed", after: 2 },
    reason: "MODEL_UNAVAILABLE",
    said: true,
    calls: 1,
  },
  {
    name: "reports an error in mid-answer",
    fault: { kind: "error-event", after: 2 },
    reason: "MODEL_UNAVAILABLE",
    said: true,
    calls: 1,
  },
  {
    name: "is overloaded, twice",
    fault: { kind: "status", status: 503 },
    reason: "MODEL_UNAVAILABLE",
    said: false,
    calls: 2,
  },
  {
    name: "limits the rate and asks for an hour",
    fault: { kind: "status", status: 429, retryAfter: "3600" },
    reason: "MODEL_UNAVAILABLE",
    said: false,
    calls: 2,
  },
  {
    name: "has no credit left",
    fault: { kind: "status", status: 429, code: "insufficient_quota" },
    reason: "MODEL_UNAVAILABLE",
    said: false,
    calls: 1,
  },
  {
    name: "refuses the key",
    fault: { kind: "status", status: 401 },
    reason: "MODEL_UNAVAILABLE",
    said: false,
    calls: 1,
  },
  {
    name: "does not know the model",
    fault: { kind: "status", status: 404, code: "model_not_found" },
    reason: "MODEL_NOT_ALLOWED",
    said: false,
    calls: 1,
  },
];

test.for(CHAT_CASES)("an answer from a vendor that $name is $reason", async ({ fault, reason, said, calls }) => {
  const { model, vendor } = await open({ chatFault: fault });
  const { text, end, error } = await collect(model.chat(chatRequest(model), never));
  expect(error).toMatchObject({ reason });
  expect(end).toBeUndefined();
  expect(text !== "").toBe(said);
  expect(vendor.requests).toHaveLength(calls);
});

test("nothing of a broken chunk is printed", async () => {
  const printed = (["log", "warn", "error", "info", "debug"] as const).map((name) => vi.spyOn(console, name));
  const { model } = await open({ chatFault: { kind: "malformed" } });
  const { error } = await collect(model.chat(chatRequest(model), never));
  for (const spy of printed) expect(spy).not.toHaveBeenCalled();
  expect(String(error) + String((error as Error).cause)).not.toContain("secret");
  vi.restoreAllMocks();
});

test("a vendor that fails once before its first word is asked again, and nothing is said twice", async () => {
  const { model, vendor } = await open({ chatFault: { kind: "status", status: 500, times: 1 } });
  const { text, end } = await collect(model.chat(chatRequest(model), never));
  expect(text).toBe("The harbour bridge was opened to traffic in 1932. [1]");
  expect(end).toMatchObject({ estimated: false });
  expect(vendor.requests).toHaveLength(2);
});

test("an answer whose usage is missing is counted here, and flagged", async () => {
  const { model } = await open({ chatFault: { kind: "no-usage" } });
  const { end } = await collect(model.chat(chatRequest(model), never));
  expect(end).toMatchObject({ estimated: true });
  expect(end?.type === "end" && end.completionTokens).toBeGreaterThan(8);
  expect(end?.type === "end" && end.promptTokens).toBeGreaterThan(40);
});

test("an endless answer is stopped near its limit, and the vendor is told", async () => {
  const { model, vendor } = await open({ chatFault: { kind: "endless" } });
  const { end, parts } = await collect(model.chat(chatRequest(model, { maxCompletionTokens: 100 }), never));
  expect(end).toMatchObject({ estimated: true });
  expect(parts.length).toBeGreaterThan(100);
  expect(parts.length).toBeLessThan(200);
  await eventually(() => expect(vendor.requests[0]?.aborted).toBe(true));
});

test("a reader that leaves in mid-answer ends the request at the vendor", async () => {
  const { model, vendor } = await open({ chatFault: { kind: "stall", after: 1 } }, { timeouts: {} });
  for await (const part of model.chat(chatRequest(model), never)) if (part.type === "delta") break;
  await eventually(() => expect(vendor.requests[0]?.aborted).toBe(true));
});

test("an abort before the first word ends the request at the vendor at once", async () => {
  const { model, vendor } = await open({ chatFault: { kind: "silent" } }, { timeouts: {} });
  const leave = new AbortController();
  const reason = new Error("left");
  const answer = collect(model.chat(chatRequest(model), leave.signal));
  await eventually(() => expect(vendor.requests).toHaveLength(1));
  leave.abort(reason);
  expect((await answer).error).toBe(reason);
  await eventually(() => expect(vendor.requests[0]?.aborted).toBe(true));
});

test("a reader that is slow is not taken for a vendor that stalls", async () => {
  const { model } = await open({}, { timeouts: { ...TIMEOUTS, betweenTokensMs: 60 } });
  let ended = false;
  for await (const part of model.chat(chatRequest(model), never)) {
    if (part.type !== "delta") ended ||= part.type === "end";
    else if (part.text === " harbour") await new Promise((resolve) => setTimeout(resolve, 200));
  }
  expect(ended).toBe(true);
});

test("a complete answer leaves its connection to the answers after it", async () => {
  const { model, vendor } = await open();
  for (let asked = 0; asked < 8; asked += 1) await collect(model.chat(chatRequest(model), never));
  expect(new Set(vendor.requests.map((request) => request.port)).size).toBeLessThanOrEqual(2);
});

type EmbedCase = { name: string; fault: OpenAiFault; reason: Reason; calls: number };

const EMBED_CASES: EmbedCase[] = [
  { name: "stalls in the middle of its reply", fault: { kind: "stall" }, reason: "MODEL_TIMEOUT", calls: 1 },
  { name: "never answers", fault: { kind: "silent" }, reason: "MODEL_TIMEOUT", calls: 1 },
  { name: "breaks the connection each time", fault: { kind: "cut" }, reason: "MODEL_UNAVAILABLE", calls: 4 },
  { name: "is overloaded each time", fault: { kind: "status", status: 500 }, reason: "MODEL_UNAVAILABLE", calls: 4 },
  { name: "refuses the input", fault: { kind: "status", status: 400 }, reason: "MODEL_UNAVAILABLE", calls: 1 },
  {
    name: "sends vectors of another length",
    fault: { kind: "wrong-dimensions" },
    reason: "MODEL_UNAVAILABLE",
    calls: 1,
  },
  { name: "sends a reply that is not JSON", fault: { kind: "malformed" }, reason: "MODEL_UNAVAILABLE", calls: 1 },
  {
    name: "limits the rate and asks for an hour each time",
    fault: { kind: "status", status: 429, retryAfter: "3600" },
    reason: "MODEL_UNAVAILABLE",
    calls: 4,
  },
  {
    name: "limits the rate and asks for what is no time",
    fault: { kind: "status", status: 429, retryAfter: "soon" },
    reason: "MODEL_UNAVAILABLE",
    calls: 4,
  },
  { name: "leaves out a vector", fault: { kind: "missing-vectors" }, reason: "MODEL_UNAVAILABLE", calls: 1 },
  {
    name: "does not know the model",
    fault: { kind: "status", status: 404, code: "model_not_found" },
    reason: "MODEL_NOT_ALLOWED",
    calls: 1,
  },
];

test.for(EMBED_CASES)("embeddings from a vendor that $name are $reason", async ({ fault, reason, calls }) => {
  const { model, vendor } = await open({ embeddingFault: fault });
  const error: unknown = await model.embed(["a", "b"], "document").catch((thrown) => thrown);
  expect(error).toMatchObject({ reason });
  expect(vendor.requests).toHaveLength(calls);
});

test("an endless reply to embeddings is given up before it fills the memory, and the vendor is told", async () => {
  const { model, vendor } = await open({ embeddingFault: { kind: "endless" } }, { timeouts: {} });
  await expect(model.embed(["a"], "document")).rejects.toMatchObject({ reason: "MODEL_UNAVAILABLE" });
  expect(vendor.requests).toHaveLength(1);
  await eventually(() => expect(vendor.requests[0]?.aborted).toBe(true));
});

test("embeddings survive a rate limit that passes, waiting no longer than the cap", async () => {
  const { model, vendor } = await open({ embeddingFault: { kind: "status", status: 429, retryAfter: "60", times: 3 } });
  const { vectors } = await model.embed(["a"], "document");
  expect(vectors).toHaveLength(1);
  expect(vendor.requests).toHaveLength(4);
});

test("a text of any length is embedded, and a batch is split where the vendor's limit is", async () => {
  const { model, vendor } = await open({}, { timeouts: { ...TIMEOUTS, requestMs: 5_000 } });
  const { vectors, tokens } = await model.embed(["word ".repeat(40_000), ..."x".repeat(50).split("")], "document");
  expect(vectors).toHaveLength(51);
  expect(tokens).toBeLessThan(8_192 + 51);
  const texts = Array.from({ length: 40 }, () => "ten bytes. ".repeat(700));
  vendor.requests.length = 0;
  expect((await model.embed(texts, "document")).vectors).toHaveLength(40);
  expect(vendor.requests).toHaveLength(2);
});

test("dimensions are asked for only where the model knows the word", async () => {
  const { model, vendor } = await open({}, { embeddingModel: "nomic-embed-text" });
  await model.embed(["a"], "document");
  expect(vendor.requests[0]?.body).not.toHaveProperty("dimensions");
  expect(model.embedding.model).toBe("nomic-embed-text");
});

test("shortened vectors have a name of their own", async () => {
  const { model, vendor } = await open({}, { embeddingDimensions: 512 });
  const { vectors } = await model.embed(["a"], "document");
  expect(vectors[0]).toHaveLength(512);
  expect(vendor.requests[0]?.body).toMatchObject({ dimensions: 512, encoding_format: "base64" });
  expect(model.embedding.model).not.toBe("text-embedding-3-small");
});

test("a vendor that is not there is MODEL_UNAVAILABLE", async () => {
  const port = await freePort();
  const { model } = await open({}, { baseUrl: `http://127.0.0.1:${port}/v1` });
  const { error } = await collect(model.chat(chatRequest(model), never));
  expect(hasReason(error, "MODEL_UNAVAILABLE")).toBe(true);
  await expect(model.embed(["a"], "query")).rejects.toMatchObject({ reason: "MODEL_UNAVAILABLE" });
});

test("a question is rewritten by one call that is not streamed", async () => {
  const { model, vendor } = await open({ answer: () => " When did the bridge open? " });
  const messages = [{ role: "user" as const, content: "And the bridge?" }];
  const rewritten = await model.rewrite?.({ model: "gpt-4o-mini", messages }, never);
  expect(rewritten).toEqual({ text: "When did the bridge open?", promptTokens: 3, completionTokens: 5 });
  expect(vendor.requests[0]?.body).not.toHaveProperty("stream");
  vendor.script = { chatFault: { kind: "silent" } };
  await expect(model.rewrite?.({ model: "gpt-4o-mini", messages }, never)).rejects.toMatchObject({
    reason: "MODEL_TIMEOUT",
  });
});

const freePort = (): Promise<number> =>
  new Promise((resolve) => {
    const server = createServer().listen(0, "127.0.0.1", () => {
      const address = server.address();
      server.close(() => resolve(typeof address === "object" && address ? address.port : 0));
    });
  });
