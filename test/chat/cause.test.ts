import { expect, test } from "vitest";
import { inTenant, insertMessages } from "../../db/index.ts";
import { newId } from "../../server/id.ts";
import { createOpenAiModel } from "../../server/model/openai.ts";
import { startTestApp, type TestUser } from "../support/app.ts";
import { askFor, eventsOf, textOf, type Got } from "../support/chat.ts";
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
  timeouts: { betweenTokensMs: 500, mostRetryWaitMs: 50 },
});
const shared = await startTestApp({ parts: { model } });
const { app } = shared;

const withHerons = async () => {
  vendor.script = {};
  const user = await shared.signIn();
  await ingestFile(shared, user, { bytes: await makePdf(["In 2019 the wardens counted forty-two grey herons."]) });
  return user;
};

const QUESTION = "How many herons were counted?";
const WORDS = ["Forty-two", " herons", " [1]", "."].map((content) => chunkOf({ content }));
const DONE = "data: [DONE]\n\n";

const storedOf = async (user: TestUser) => {
  const [conversation] = (await user.caller.chat.conversations({})).items;
  return (await user.caller.chat.messages({ conversationId: conversation?.id ?? "" })).items.at(-1);
};

/** The answer as its messages tell it once its log is gone. */
const readStored = async (user: TestUser, requestId: string, messageId: string): Promise<Got[]> => {
  await app.answers.get(messageId)?.done;
  await app.keyValue.dropLog(`answer:${user.tenantId}:${messageId}`);
  return askFor(user, { question: QUESTION, requestId });
};

test.for<[string, string, string[], string | undefined]>([
  ["length", "Forty-two herons", [...WORDS.slice(0, 2), chunkOf({}, "length"), DONE], "length"],
  ["length", "", [chunkOf({ content: "<think>Forty-two [1] of" }), chunkOf({}, "length"), DONE], "length"],
  ["content_filter", "Forty-two", [...WORDS.slice(0, 1), chunkOf({}, "content_filter"), DONE], "content_filter"],
  ["an error", "Forty-two", [...WORDS.slice(0, 1), `data: {"error": {"message": "gone"}}\n\n`], "model_unavailable"],
  ["nothing", "Forty-two", WORDS.slice(0, 1), "model_unavailable"],
])("an answer that ends by %s after %j is interrupted, and says why", async ([, text, pieces, cause]) => {
  const user = await withHerons();
  vendor.script = { stream: () => pieces };
  const requestId = newId();
  const live = await askFor(user, { question: QUESTION, requestId });
  expect(eventsOf(live, "finished")).toMatchObject([{ outcome: "interrupted", cause }]);
  expect(textOf(live)).toBe(text);
  const late = await readStored(user, requestId, eventsOf(live, "started")[0]?.messageId ?? "");
  expect(eventsOf(late, "finished")).toEqual(eventsOf(live, "finished"));
  expect(await storedOf(user)).toMatchObject({ outcome: "interrupted", cause, text });
});

test("a complete answer has no cause", async () => {
  const user = await withHerons();
  const got = await askFor(user, { question: QUESTION });
  expect(eventsOf(got, "finished")).toMatchObject([{ outcome: "answered" }]);
  expect(eventsOf(got, "finished")[0]).not.toHaveProperty("cause");
  expect(await storedOf(user)).not.toHaveProperty("cause");
});

test("a model that falls silent in mid-answer ends it with the cause timeout", async () => {
  const user = await withHerons();
  vendor.script = { answer: () => "One two three four.", chatFault: { kind: "stall", after: 2 } };
  const got = await askFor(user, { question: QUESTION });
  expect(eventsOf(got, "finished")).toMatchObject([{ outcome: "interrupted", cause: "timeout" }]);
});

test.for<[string, string[]]>([
  ["reasoning alone", [chunkOf({ content: "<think>Forty-two [1].</think>" }), chunkOf({}, "stop"), DONE]],
  ["reasoning that is not closed", [chunkOf({ content: "<think>Forty-two [1]." }), chunkOf({}, "stop"), DONE]],
  ["reasoning apart", [chunkOf({ reasoning_content: "Forty-two [1]." }), chunkOf({}, "stop"), DONE]],
  ["nothing", [chunkOf({}, "stop"), DONE]],
])("%s is no answer: the model failed before it said anything", async ([, pieces]) => {
  const user = await withHerons();
  vendor.script = { stream: () => pieces };
  await expect(askFor(user, { question: QUESTION })).rejects.toMatchObject({ reason: "MODEL_UNAVAILABLE" });
  expect(await storedOf(user)).toMatchObject({ outcome: "interrupted", cause: "model_unavailable", text: "" });
});

test("reasoning cites nothing, refuses nothing and is not shown; it is counted", async () => {
  const user = await withHerons();
  const thought = "[no_answer] is wrong: forty-two grey herons [1] and [7] are told.";
  const end = [chunkOf({}, "stop"), DONE];
  vendor.script = { stream: () => [chunkOf({ content: `<think>${thought}</think>\n\n` }), ...WORDS, ...end] };
  const got = await askFor(user, { question: QUESTION });
  expect(textOf(got)).toBe("Forty-two herons [1].");
  expect(eventsOf(got, "citation")).toHaveLength(1);
  expect(eventsOf(got, "finished")).toMatchObject([{ outcome: "answered" }]);
  expect(eventsOf(got, "finished")[0]?.usage.completionTokens).toBeGreaterThan(18);
});

test("a refusal after reasoning is a refusal", async () => {
  const user = await withHerons();
  vendor.script = { answer: () => "<think>Who?</think>\n[no_answer] The documents do not tell." };
  const got = await askFor(user, { question: QUESTION });
  expect(textOf(got)).toBe("The documents do not tell.");
  expect(eventsOf(got, "finished")).toMatchObject([{ outcome: "no_answer" }]);
});

test("an answer whose server stops ends with the cause restart", async () => {
  const own = await startTestApp({ parts: { model } });
  vendor.script = {};
  const user = await own.signIn();
  await ingestFile(own, user, { bytes: await makePdf(["Herons nest here."]) });
  vendor.script = { answer: () => "word ".repeat(500), deltaDelayMs: 20 };
  let closing: Promise<void> | undefined;
  const got = await askFor(user, { question: "Who nests?" }, (event) => {
    if (event.type === "delta") closing ??= own.close();
    return event.type === "finished";
  });
  await closing;
  expect(eventsOf(got, "finished")).toMatchObject([{ outcome: "interrupted", cause: "restart" }]);
});

test("an answer whose writer died ends with the cause restart for who reads it", async () => {
  const user = await withHerons();
  const first = await askFor(user, { question: QUESTION });
  const [started] = eventsOf(first, "started");
  const [requestId, question, answer] = [newId(), newId(), newId()];
  const row = { conversation_id: started?.conversationId ?? "", user_id: user.userId };
  await inTenant(app.db, user.tenantId, (trx) =>
    insertMessages(trx, [
      { ...row, id: question, role: "user", text: QUESTION, request_id: null, model: null },
      { ...row, id: answer, role: "assistant", text: "Forty", request_id: requestId, model: "some-model" },
    ]),
  );
  const got = await askFor(user, { question: QUESTION, requestId });
  expect(textOf(got)).toBe("Forty");
  expect(eventsOf(got, "finished")).toMatchObject([{ outcome: "interrupted", cause: "restart" }]);
  expect(await storedOf(user)).toMatchObject({ outcome: "interrupted", cause: "restart" });
});

test("reasoning that no tag opens leaves no words and no citations in an answer", async () => {
  const user = await withHerons();
  const reasoning = ["Forty-two herons", " [1]", " or not?", "</think>\n\n"].map((content) => chunkOf({ content }));
  vendor.script = { stream: () => [...reasoning, ...WORDS, chunkOf({}, "stop"), DONE] };
  const live = await askFor(user, { question: QUESTION, requestId: newId() });
  expect(textOf(live)).toBe("Forty-two herons [1].");
  const stored = await storedOf(user);
  expect(stored).toMatchObject({ text: "Forty-two herons [1].", outcome: "answered" });
  expect(stored?.citations).toHaveLength(1);
});
