import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { NO_ANSWER } from "../../server/model/model.ts";
// The model's client loads at its first call, which the short timeouts of tests would not outlast on a busy machine.
import "openai";

export type OpenAiMessage = { role: string; content: string };
export type OpenAiChatBody = {
  model: string;
  messages: OpenAiMessage[];
  stream?: boolean;
  stream_options?: { include_usage?: boolean };
  temperature?: number;
  reasoning_effort?: string;
  max_tokens?: number;
  max_completion_tokens?: number;
};
export type OpenAiEmbeddingBody = {
  model: string;
  input: string | string[];
  dimensions?: number;
  encoding_format?: "float" | "base64";
};

/** What goes wrong. `times` requests meet it (default: every one); `after` deltas are sent before it (default 1). */
export type OpenAiFault = { times?: number } & (
  | { kind: "status"; status: number; code?: string; retryAfter?: string; message?: string }
  /** The request is read and never answered. */
  | { kind: "silent" }
  /** Nothing more is sent, and the connection stays open. */
  | { kind: "stall"; after?: number }
  /** The socket is destroyed. */
  | { kind: "cut"; after?: number }
  /** The stream ends without a `finish_reason`, usage or `[DONE]`, as one that a proxy has cut. */
  | { kind: "unfinished"; after?: number }
  | { kind: "malformed"; after?: number }
  | { kind: "error-event"; after?: number }
  /** Deltas without end, whatever the request's limit; of embeddings, a body without end. */
  | { kind: "endless" }
  | { kind: "no-usage" }
  /** Embeddings only. */
  | { kind: "wrong-dimensions" }
  | { kind: "missing-vectors" }
);

export type OpenAiScript = {
  /** Models that exist; another is a 404 `model_not_found`. Default: every one. */
  models?: string[];
  /** The whole answer to a chat. Default: `citeFirstSource`. */
  answer?: (body: OpenAiChatBody) => string;
  /** Pause before each delta. */
  deltaDelayMs?: number;
  /** Hears of each delta of an answer as it is sent. */
  onDelta?: (content: string) => void;
  chatFault?: OpenAiFault;
  embeddingFault?: OpenAiFault;
  /** A refusal of a request by its body, in the server's own shape: an object, or text as it is. */
  refuse?: (body: OpenAiBody) => { status: number; body: unknown } | undefined;
  /** The whole of a good reply instead of OpenAI's: an object, or text as it is. */
  reply?: (body: OpenAiBody) => object | string;
  /** The chunks of a streamed answer instead of OpenAI's, each the text of one write. */
  stream?: (body: OpenAiChatBody) => Iterable<string> | AsyncIterable<string>;
  /** Changes OpenAI's reply to a request for embeddings. */
  revise?: (reply: OpenAiEmbeddings, body: OpenAiEmbeddingBody) => object | string;
};

export type OpenAiBody = OpenAiChatBody | OpenAiEmbeddingBody;
export type OpenAiEmbeddings = {
  object: string;
  model: string;
  data: { object: string; index: number; embedding: string | number[] }[];
  usage: { prompt_tokens: number; total_tokens: number };
};

export type OpenAiRequest = {
  path: string;
  body: OpenAiChatBody | OpenAiEmbeddingBody;
  /** The client's port: the same for requests over one connection. */
  port: number | undefined;
  aborted: boolean;
  /** What was answered; undefined while nothing is. */
  status?: number;
};

export type OpenAiServer = {
  /** For `OPENAI_BASE_URL`. */
  baseUrl: string;
  /** Read at each request: assign to change what happens next. */
  script: OpenAiScript;
  /** Everything received, oldest first. `aborted` turns true when the client left before the end. */
  requests: OpenAiRequest[];
  close(): Promise<void>;
};

/**
 * A stand-in for a language model vendor, on 127.0.0.1 and in OpenAI's wire format: `POST /v1/embeddings` (base64 or
 * floats; texts that share words get near vectors) and `POST /v1/chat/completions` (whole, or streamed as server-sent
 * events with a usage chunk when asked). Deterministic; what goes wrong is scripted:
 *
 *     const vendor = await startOpenAiServer({ chatFault: { kind: "cut", after: 3 } });
 *     const model = createOpenAiModel({ apiKey: "test", baseUrl: vendor.baseUrl, … });
 *     vendor.script = {}; // well again
 *     await vendor.close();
 */
export const startOpenAiServer = async (script: OpenAiScript = {}): Promise<OpenAiServer> => {
  const server = createServer((request, response) => {
    handle(vendor, request, response).catch(() => response.destroy());
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const vendor: OpenAiServer = {
    baseUrl: `http://127.0.0.1:${(server.address() as AddressInfo).port}/v1`,
    script,
    requests: [],
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
  return vendor;
};

const handle = async (vendor: OpenAiServer, request: IncomingMessage, response: ServerResponse): Promise<void> => {
  const parts: Buffer[] = [];
  for await (const part of request) parts.push(part as Buffer);
  const entry: OpenAiRequest = {
    path: request.url ?? "",
    body: JSON.parse(Buffer.concat(parts).toString()),
    port: request.socket.remotePort,
    aborted: false,
  };
  vendor.requests.push(entry);
  response.on("close", () =>
    Object.assign(entry, { aborted: !response.writableFinished, status: response.statusCode }),
  );

  const { script } = vendor;
  if (script.models && !script.models.includes(entry.body.model))
    return refuse(response, { status: 404, code: "model_not_found" });
  const refused = script.refuse?.(entry.body);
  if (refused) return write(response, refused.status, refused.body);
  if (script.reply) return write(response, 200, script.reply(entry.body));
  if ("input" in entry.body) return embed(entry.body, response, script);
  const fault = take(script, "chatFault");
  if (fault?.kind === "silent") return;
  if (fault?.kind === "status") return refuse(response, fault);
  const answer = (script.answer ?? citeFirstSource)(entry.body);
  if (entry.body.stream && script.stream) return streamPieces(response, script.stream(entry.body));
  if (entry.body.stream) {
    const { deltaDelayMs: delayMs = 0, onDelta } = script;
    return stream(entry.body, response, { answer, fault, delayMs, onDelta });
  }
  json(response, 200, {
    ...head(entry.body, "chat.completion"),
    choices: [{ index: 0, message: { role: "assistant", content: answer }, finish_reason: "stop" }],
    usage: usage(entry.body, answer),
  });
};

const take = (script: OpenAiScript, name: "chatFault" | "embeddingFault"): OpenAiFault | undefined => {
  const fault = script[name];
  if (fault?.times === undefined) return fault;
  if (fault.times <= 0) return undefined;
  fault.times -= 1;
  return fault;
};

const write = (response: ServerResponse, status: number, body: unknown): void =>
  typeof body === "string"
    ? void response.writeHead(status, { "content-type": "text/plain" }).end(body)
    : json(response, status, body);

const streamPieces = async (
  response: ServerResponse,
  pieces: Iterable<string> | AsyncIterable<string>,
): Promise<void> => {
  response.writeHead(200, { "content-type": "text/event-stream" });
  response.flushHeaders();
  for await (const piece of pieces) {
    if (response.destroyed) return;
    response.write(piece);
    // Each piece in a packet of its own.
    await new Promise((resolve) => setTimeout(resolve, 1));
  }
  response.end();
};

/** A chunk of a streamed answer, as an event. */
export const chunkOf = (delta: object, finish_reason: string | null = null, more: object = {}): string =>
  `data: ${JSON.stringify({ id: "c", object: "chat.completion.chunk", choices: [{ index: 0, delta, finish_reason }], ...more })}\n\n`;

const json = (response: ServerResponse, status: number, body: unknown, headers: Record<string, string> = {}): void => {
  response.writeHead(status, { "content-type": "application/json", ...headers }).end(JSON.stringify(body));
};

type Refusal = { status: number; code?: string; retryAfter?: string; message?: string };

const refuse = (response: ServerResponse, fault: Refusal): void =>
  json(
    response,
    fault.status,
    {
      error: {
        message: fault.message ?? `scripted ${fault.status}`,
        type: "error",
        param: null,
        code: fault.code ?? null,
      },
    },
    fault.retryAfter === undefined ? {} : { "retry-after": fault.retryAfter },
  );

const head = (body: OpenAiChatBody, object: string) => ({ id: "chatcmpl-test", object, created: 0, model: body.model });

/** Words, not tokens: enough to see that the vendor's numbers are the ones passed on. */
const usage = (body: OpenAiChatBody, answer: string) => {
  const prompt_tokens = body.messages.reduce((sum, message) => sum + words(message.content).length, 0);
  const completion_tokens = words(answer).length;
  return { prompt_tokens, completion_tokens, total_tokens: prompt_tokens + completion_tokens };
};

const words = (text: string): string[] => text.match(/\s*\S+/g) ?? [];

type Streaming = {
  answer: string;
  fault: OpenAiFault | undefined;
  delayMs: number;
  onDelta: OpenAiScript["onDelta"];
};

const stream = async (
  body: OpenAiChatBody,
  response: ServerResponse,
  { answer, fault, delayMs, onDelta }: Streaming,
): Promise<void> => {
  response.writeHead(200, { "content-type": "text/event-stream" });
  const send = (data: string) => response.write(`data: ${data}\n\n`);
  const chunk = (delta: object, finish_reason: string | null = null) =>
    send(JSON.stringify({ ...head(body, "chat.completion.chunk"), choices: [{ index: 0, delta, finish_reason }] }));
  const after = fault && "after" in fault ? (fault.after ?? 1) : 1;

  chunk({ role: "assistant", content: "" });
  let index = -1;
  for (const content of deltas(answer, fault)) {
    index += 1;
    if (index === after && fault?.kind === "stall") return;
    if (index === after && fault?.kind === "cut") return cutAfterFlush(response);
    if (index === after && fault?.kind === "malformed") send('{"choices": [{"delta": {"content": "secret');
    if (index === after && fault?.kind === "error-event") send('{"error": {"message": "overloaded", "code": 503}}');
    if (index === after && fault?.kind === "unfinished") break;
    if (response.destroyed) return;
    if (delayMs || index % 64 === 63) await new Promise((resolve) => setTimeout(resolve, delayMs));
    onDelta?.(content);
    chunk({ content });
  }
  if (fault?.kind !== "unfinished") chunk({}, "stop");
  if (body.stream_options?.include_usage && fault?.kind !== "no-usage" && fault?.kind !== "unfinished")
    send(JSON.stringify({ ...head(body, "chat.completion.chunk"), choices: [], usage: usage(body, answer) }));
  if (fault?.kind !== "unfinished") send("[DONE]");
  // As real servers do, the response ends in a packet of its own.
  await new Promise((resolve) => setTimeout(resolve, 2));
  response.end();
};

/** What was written before is to arrive. */
const cutAfterFlush = async (response: ServerResponse): Promise<void> => {
  await new Promise((resolve) => setTimeout(resolve, 20));
  response.destroy();
};

const deltas = function* (answer: string, fault: OpenAiFault | undefined): Generator<string> {
  if (fault?.kind === "endless") for (;;) yield " more";
  yield* words(answer);
};

/**
 * The first sentence that follows the first `[1]` (or `n="1"`) of the prompt, followed by ` [1]`; `NO_ANSWER` and a
 * sentence when the prompt shows no source.
 */
export const citeFirstSource = (body: OpenAiChatBody): string => {
  for (const { content } of body.messages.toReversed()) {
    const marker = /^\s*\[1\][^\n]*|<[^>]*="1"[^>]*>/m.exec(content);
    if (!marker) continue;
    const after = content.slice(marker.index + marker[0].length).trim() || marker[0].replace(/^\s*\[1\]\s*/, "");
    const sentence = /^[^\n<]*?[.!?؟。](?=\s|$)|^[^\n<]+/.exec(after)?.[0].trim();
    if (sentence) return `${sentence} [1]`;
  }
  return `${NO_ANSWER} The documents do not tell.`;
};

const embed = (body: OpenAiEmbeddingBody, response: ServerResponse, script: OpenAiScript): void => {
  const fault = take(script, "embeddingFault");
  if (fault?.kind === "silent") return;
  if (fault?.kind === "cut") return void response.destroy();
  if (fault?.kind === "status") return refuse(response, fault);
  const input = [body.input].flat();
  if (input.some((text) => text === "")) return refuse(response, { status: 400, code: "invalid_input" });
  const dimensions = fault?.kind === "wrong-dimensions" ? 7 : (body.dimensions ?? 1536);
  const vectors = input.map((text) => embedWords(text, dimensions));
  if (fault?.kind === "missing-vectors") vectors.pop();
  const encode = (vector: Float32Array) =>
    body.encoding_format === "base64" ? Buffer.from(vector.buffer).toString("base64") : Array.from(vector);
  if (fault?.kind === "malformed") return void response.writeHead(200).end('{"data": [{"index": 0, "embedding": ');
  if (fault?.kind === "endless") return void writeWithoutEnd(response.writeHead(200));
  // The head and a piece of the body, then nothing.
  if (fault?.kind === "stall") return void response.writeHead(200, { "content-type": "application/json" }).write("{");
  const total = input.reduce((sum, text) => sum + words(text).length, 0);
  const reply: OpenAiEmbeddings = {
    object: "list",
    model: body.model,
    data: vectors.map((vector, index) => ({ object: "embedding", index, embedding: encode(vector) })),
    usage: { prompt_tokens: total, total_tokens: total },
  };
  write(response, 200, script.revise?.(reply, body) ?? reply);
};

const writeWithoutEnd = async (response: ServerResponse): Promise<void> => {
  const piece = Buffer.alloc(1024 * 1024, " ");
  while (!response.destroyed) {
    response.write(piece);
    await new Promise((resolve) => setTimeout(resolve, 1));
  }
};

/** Words hashed into buckets (FNV-1a), so that texts sharing words lie near each other; twice a unit vector's length. */
const embedWords = (text: string, dimensions: number): Float32Array => {
  const vector = new Float32Array(dimensions);
  for (const word of text.toLowerCase().match(/[\p{L}\p{N}]+/gu) ?? [""]) {
    let hash = 2_166_136_261;
    for (const letter of word) hash = Math.imul(hash ^ (letter.codePointAt(0) ?? 0), 16_777_619) >>> 0;
    vector[hash % dimensions] = (vector[hash % dimensions] ?? 0) + 1;
  }
  const length = Math.hypot(...vector);
  return vector.map((value) => (2 * value) / length);
};
