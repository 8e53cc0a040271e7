import { expect, test } from "vitest";
import { newId } from "../../server/id.ts";
import { createOpenAiModel } from "../../server/model/openai.ts";
import { isBeingWritten } from "../../server/chat/answer-log.ts";
import { openSocket } from "../http/socket.ts";
import { startTestApp } from "../support/app.ts";
import { askFor, eventsOf, textOf } from "../support/chat.ts";
import { cleanUp } from "../support/clean-up.ts";
import { ingestFile } from "../support/files.ts";
import { chunkOf, startOpenAiServer } from "../support/openai-server.ts";
import { makePdf } from "../support/pdf.ts";

const vendor = await startOpenAiServer();
cleanUp(() => vendor.close());
const model = createOpenAiModel({
  apiKey: "test",
  baseUrl: vendor.baseUrl,
  models: ["some-model"],
  embeddingModel: "text-embedding-3-small",
  embeddingDimensions: 256,
  timeouts: { rewriteMs: 200, mostRetryWaitMs: 50 },
});
const shared = await startTestApp({ parts: { model } });
const QUESTION = "How many herons were counted by wardens?";

const withHerons = async () => {
  vendor.script = {};
  const user = await shared.signIn();
  await ingestFile(shared, user, { bytes: await makePdf(["In 2019 the wardens counted forty-two grey herons."]) });
  vendor.requests.length = 0;
  return user;
};

/** A model that says nothing until it is let. */
const silence = () => {
  const { promise, resolve } = Promise.withResolvers<void>();
  const stream = async function* () {
    await promise;
    yield* ["Forty-two", " herons", " [1]."].map((content) => chunkOf({ content }));
    yield chunkOf({}, "stop");
  };
  vendor.script = { stream };
  return { speak: resolve };
};

test("followers over every transport get keep-alives while the model is silent, and then the answer", async () => {
  const user = await withHerons();
  const { speak } = silence();
  const requestId = newId();
  const bearer = { authorization: `Bearer ${user.accessToken}`, "content-type": "application/json" };
  const ws = await openSocket(shared.url, { token: user.accessToken });
  const heard: string[] = [];
  const { promise: pinged, resolve: onPing } = Promise.withResolvers<void>();
  ws.on("message", (data: Buffer) => {
    heard.push(data.toString());
    // As tRPC keeps a socket alive.
    if (data.toString() !== "PING") return;
    ws.send("PONG");
    onPing();
  });
  const input = { question: QUESTION, requestId };
  ws.send(JSON.stringify({ id: 1, method: "subscription", params: { path: "chat.ask", input } }));
  const http = await fetch(`${shared.url}/v1/chat`, {
    method: "POST",
    headers: bearer,
    body: JSON.stringify(input),
  });
  const { promise: commented, resolve: onComment } = Promise.withResolvers<void>();
  const read = async () => {
    let text = "";
    for await (const piece of (http.body ?? new ReadableStream()).pipeThrough(new TextDecoderStream())) {
      text += piece;
      if (text.includes(": ping\n\n")) onComment();
    }
    return text;
  };
  const whole = read();
  await Promise.all([pinged, commented]);
  const [messageId = ""] = shared.app.answers.keys();
  expect(await isBeingWritten(shared.app, { tenantId: user.tenantId, messageId })).toBe(true);
  expect(await shared.app.keyValue.isHeld(`answering:${user.tenantId}:${messageId}`)).toBe(true);
  speak();
  expect(await whole).toContain('"outcome":"answered"');
  const late = await askFor(user, input);
  expect(textOf(late)).toBe("Forty-two herons [1].");
  await expect.poll(() => heard.join("\n"), { timeout: 60_000 }).toContain('"outcome":"answered"');
  expect(vendor.requests.filter(({ path }) => path.endsWith("completions"))).toHaveLength(1);
  ws.close();
}, 180_000);

test("cancelling while the model is silent ends the answer, and the request at the model", async () => {
  const user = await withHerons();
  const { speak } = silence();
  cleanUp(() => Promise.resolve(speak()));
  const requests = () => vendor.requests.filter(({ path }) => path.endsWith("completions"));
  const input = { question: QUESTION, requestId: newId() };
  const [begun] = eventsOf(await askFor(user, input, ({ type }) => type === "sources"), "started");
  await expect.poll(() => requests().length, { timeout: 60_000 }).toBe(1);
  await user.caller.chat.cancel({ messageId: begun?.messageId ?? "" });
  const got = await askFor(user, input);
  expect(eventsOf(got, "finished")).toMatchObject([{ outcome: "cancelled" }]);
  expect(textOf(got)).toBe("");
  await expect.poll(() => requests()[0]?.aborted, { timeout: 60_000 }).toBe(true);
});

test.for(["silent", "status"] as const)("an answer goes on where its question is not rewritten: %s", async (kind) => {
  const user = await withHerons();
  const first = await askFor(user, { question: QUESTION });
  const conversationId = eventsOf(first, "started")[0]?.conversationId;
  // The follow-up is rewritten first, by the call that is not streamed.
  vendor.script = { chatFault: kind === "silent" ? { kind, times: 1 } : { kind, status: 400, times: 1 } };
  const got = await askFor(user, { question: "And when was that?", conversationId });
  expect(eventsOf(got, "finished")).toMatchObject([{ outcome: "answered" }]);
  expect(eventsOf(got, "rewritten")).toMatchObject([{ query: `${QUESTION} And when was that?` }]);
});
