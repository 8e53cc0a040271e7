import { expect, test } from "vitest";
import { createOpenAiModel } from "../../server/model/openai.ts";
import { newId } from "../../server/id.ts";
import { startTestApp, type TestUser } from "../support/app.ts";
import { askFor, eventsOf, textOf, type Got } from "../support/chat.ts";
import { cleanUp } from "../support/clean-up.ts";
import { addFile, ingestFile, watchToEnd } from "../support/files.ts";
import { startOpenAiServer, type OpenAiChatBody } from "../support/openai-server.ts";
import { makePdf } from "../support/pdf.ts";

const vendor = await startOpenAiServer();
cleanUp(() => vendor.close());
const model = createOpenAiModel({
  apiKey: "test",
  baseUrl: vendor.baseUrl,
  models: ["gpt-4o-mini", "gpt-4.1"],
  embeddingModel: "text-embedding-3-small",
  embeddingDimensions: 256,
  timeouts: { firstTokenMs: 500, betweenTokensMs: 500, requestMs: 2_000, mostRetryWaitMs: 50 },
});
const shared = await startTestApp({ parts: { model } });

const withHerons = async () => {
  vendor.script = {};
  const user = await shared.signIn();
  const pages = ["The station was founded in 1931.", "In 2019 the wardens counted forty-two grey herons."];
  await ingestFile(shared, user, { name: "lake.pdf", bytes: await makePdf(pages) });
  vendor.requests.length = 0;
  return user;
};

const started = (got: Got[]) => {
  const [event] = eventsOf(got, "started");
  if (!event) throw new Error("it started");
  return event;
};
const storedAnswer = async (user: TestUser, got: Got[]) =>
  (await user.caller.chat.messages({ conversationId: started(got).conversationId })).items.at(-1);

test("the model's answer streams, its marker is a verified citation, and the vendor's count is the usage", async () => {
  const user = await withHerons();
  vendor.script = { answer: () => "The wardens counted forty-two grey herons in 2019 [1]." };
  const got = await askFor(user, { question: "How many herons?" });
  expect(textOf(got)).toBe("The wardens counted forty-two grey herons in 2019 [1].");
  expect(eventsOf(got, "citation")).toMatchObject([
    { n: 1, page: 2, quote: "In 2019 the wardens counted forty-two grey herons.", verified: true },
  ]);
  const usage = await user.caller.usage.summary();
  expect(usage.last24h).toMatchObject({ requests: 1, ...eventsOf(got, "finished")[0]?.usage });
  expect(usage.last24h.embeddingTokens).toBeGreaterThan(0);
  expect(usage.last24h.costUsd).toBeGreaterThan(0);
});

test("an invented number is taken out of the text; a claim that no source holds is cited unverified", async () => {
  const user = await withHerons();
  vendor.script = { answer: () => "Penguins rule the pier at midnight [1], says someone [9]." };
  const got = await askFor(user, { question: "How many herons?" });
  expect(textOf(got)).toBe("Penguins rule the pier at midnight [1], says someone .");
  expect(eventsOf(got, "citation")).toMatchObject([{ n: 1, verified: false }]);
});

test("the prompt holds rules, fenced sources and the conversation, and the whitelist's model when asked for", async () => {
  const user = await withHerons();
  const first = await askFor(user, { question: "When was the station founded?" });
  await askFor(user, {
    question: "How many grey herons were counted by wardens?",
    conversationId: started(first).conversationId,
    model: "gpt-4.1",
  });
  const body = vendor.requests.at(-1)?.body as OpenAiChatBody;
  expect(body.model).toBe("gpt-4.1");
  expect(body.messages.map((message) => message.role)).toEqual(["system", "user", "assistant", "user"]);
  expect(body.messages[1]?.content).toBe("When was the station founded?");
  expect(body.messages[2]?.content).toBe(textOf(first));
  expect(body.messages[3]?.content).toMatch(/\[1\] lake\.pdf, page 1[\s\S]*Question: How many grey herons/);
});

test("cancelling stops the vendor's stream; what was said is kept and counted", async () => {
  const user = await withHerons();
  vendor.script = { answer: () => "word ".repeat(500), deltaDelayMs: 20 };
  const input = { question: "How many herons?", requestId: newId() };
  const begun = await askFor(user, input, (event) => event.type === "delta");
  await user.caller.chat.cancel({ messageId: started(begun).messageId });
  const got = await askFor(user, input);
  expect(eventsOf(got, "finished")).toMatchObject([{ outcome: "cancelled" }]);
  const stored = await storedAnswer(user, got);
  expect(stored).toMatchObject({ outcome: "cancelled", text: textOf(got) });
  expect(stored?.usage?.completionTokens).toBeGreaterThan(0);
  expect(vendor.requests.at(-1)?.aborted).toBe(true);
  await user.caller.chat.cancel({ messageId: started(got).messageId });
  expect(await storedAnswer(user, got)).toEqual(stored);
});

test("leaving is not cancelling: the answer is written to its end", async () => {
  const user = await withHerons();
  vendor.script = { answer: () => "One two three four five six [1].", deltaDelayMs: 30 };
  const input = { question: "How many herons?", requestId: newId() };
  const left = await askFor(user, input, (event) => event.type === "delta");
  const rest = await askFor(user, { ...input, lastEventId: left.at(-1)?.id });
  expect(textOf([...left, ...rest])).toBe("One two three four five six [1].");
  expect(vendor.requests.filter((request) => request.path.endsWith("completions"))).toHaveLength(1);
});

test.for([
  ["MODEL_UNAVAILABLE", { kind: "status", status: 500 }],
  ["MODEL_UNAVAILABLE", { kind: "status", status: 429, retryAfter: "3600" }],
  ["MODEL_TIMEOUT", { kind: "silent" }],
] as const)("a model that fails before it says anything: %s", async ([reason, chatFault]) => {
  const user = await withHerons();
  vendor.script = { chatFault };
  const input = { question: "How many herons?", requestId: newId() };
  await expect(askFor(user, input)).rejects.toMatchObject({ reason });
  const [conversation] = (await user.caller.chat.conversations({})).items;
  if (!conversation) throw new Error("the question was kept");
  const { items } = await user.caller.chat.messages({ conversationId: conversation.id });
  expect(items.at(-1)).toMatchObject({ role: "assistant", text: "", outcome: "interrupted" });
});

test.for(["cut", "stall", "unfinished", "malformed"] as const)(
  "an answer that breaks in the middle (%s) ends as interrupted, with what was said",
  async (kind) => {
    const user = await withHerons();
    vendor.script = { answer: () => "One two three four five six seven eight.", chatFault: { kind, after: 3 } };
    const got = await askFor(user, { question: "How many herons?" });
    expect(eventsOf(got, "finished")).toMatchObject([{ outcome: "interrupted" }]);
    expect(textOf(got)).not.toBe("");
    expect(await storedAnswer(user, got)).toMatchObject({ outcome: "interrupted", text: textOf(got) });
    expect(eventsOf(got, "finished")[0]?.usage.promptTokens).toBeGreaterThan(0);
  },
);

test("a refusal is an outcome, and its mark is not shown", async () => {
  const user = await withHerons();
  vendor.script = { answer: () => "[no_answer] The documents do not tell." };
  const got = await askFor(user, { question: "Who won the cup?" });
  expect(textOf(got)).toBe("The documents do not tell.");
  expect(eventsOf(got, "finished")).toMatchObject([{ outcome: "no_answer" }]);
});

test("a file waits while its embeddings are refused, and is found once they are not", async () => {
  vendor.script = { embeddingFault: { kind: "status", status: 401 } };
  const user = await shared.signIn();
  const { id: fileId } = await addFile(shared, user, { bytes: await makePdf(["Words to embed."]) });
  const progress = async () => (await user.caller.files.get({ fileId })).progress;
  await expect.poll(progress).toMatchObject({ stage: "waiting", waitingFor: "model" });
  vendor.script = {};
  expect((await watchToEnd(user, fileId)).at(-1)).toMatchObject({ status: "ready" });
  expect((await user.caller.files.search({ query: "words" })).hits).toHaveLength(1);
});

test("a server that stops ends its answers as interrupted, with what was said", async () => {
  const own = await startTestApp({ parts: { model } });
  vendor.script = {};
  const user = await own.signIn();
  await ingestFile(own, user, { bytes: await makePdf(["Herons nest here."]) });
  vendor.script = { answer: () => "word ".repeat(500), deltaDelayMs: 20 };
  const got: Got[] = [];
  let closing: Promise<void> | undefined;
  await askFor(user, { question: "Who nests?" }, (event) => {
    got.push({ id: "", event });
    if (event.type === "delta") closing ??= own.close();
    return event.type === "finished";
  });
  await closing;
  expect(eventsOf(got, "finished")).toMatchObject([{ outcome: "interrupted" }]);
});
