import { expect, test } from "vitest";
import { ConversationId, FileId, MessageId } from "../../server/contract/ids.ts";
import { newId } from "../../server/id.ts";
import { sharedApp } from "../support/app.ts";
import { askFor, eventsOf, textOf } from "../support/chat.ts";
import { ingestFile } from "../support/files.ts";
import { makePdf } from "../support/pdf.ts";

const shared = await sharedApp();

const HERONS = [
  "The lake station was founded in 1931. It keeps records of the weather and of the water.",
  "Birds are counted each spring. In 2019 the wardens counted forty-two grey herons on the northern shore.",
  "Boats may be rented at the pier. A rowing boat costs nine euros an hour.",
];

const withHerons = async () => {
  const user = await shared.signIn();
  const file = await ingestFile(shared, user, { name: "lake station.pdf", bytes: await makePdf(HERONS) });
  return { user, file };
};

test("a question is answered from the documents, with page, verbatim quote and boxes, in the contract's order", async () => {
  const { user, file } = await withHerons();
  const got = await askFor(user, { question: "How many grey herons were counted in 2019?" });
  const types = got.map(({ event }) => event.type);
  expect(types.slice(0, 2)).toEqual(["started", "sources"]);
  expect(types.at(-1)).toBe("finished");
  expect(types.indexOf("citation")).toBeGreaterThan(types.indexOf("delta"));
  expect(textOf(got)).toMatch(/forty-two grey herons.*\[1\]/s);
  const [citation] = eventsOf(got, "citation");
  expect(citation).toMatchObject({ fileId: file.id, fileName: "lake station.pdf", page: 2, verified: true });
  const page = await user.caller.files.page({ fileId: file.id, page: 2 });
  expect(page.text).toContain(citation?.quote);
  expect(citation?.boxes.length).toBeGreaterThan(0);
  const [finished] = eventsOf(got, "finished");
  expect(finished).toMatchObject({ outcome: "answered" });
  expect(finished?.usage.promptTokens).toBeGreaterThan(0);
  expect(finished?.usage.completionTokens).toBeGreaterThan(0);
});

test("what the documents do not tell is said plainly, as no_answer", async () => {
  const { user } = await withHerons();
  const got = await askFor(user, { question: "Which composer wrote the Brandenburg concertos?" });
  expect(eventsOf(got, "finished")).toMatchObject([{ outcome: "no_answer" }]);
  expect(textOf(got)).not.toContain("[no_answer]");
  expect(textOf(got)).not.toBe("");
  expect(eventsOf(got, "citation")).toEqual([]);
});

test("without any document there is no answer", async () => {
  const user = await shared.signIn();
  const got = await askFor(user, { question: "Anything at all?" });
  expect(eventsOf(got, "sources")).toMatchObject([{ sources: [] }]);
  expect(eventsOf(got, "finished")).toMatchObject([{ outcome: "no_answer" }]);
});

test("question and answer are stored with sources, citations, outcome and usage, and the usage is in the ledger once", async () => {
  const { user } = await withHerons();
  const before = (await user.caller.usage.summary()).last24h;
  const got = await askFor(user, { question: "What does a rowing boat cost?" });
  const [started] = eventsOf(got, "started");
  if (!started) throw new Error("it started");
  const { items } = await user.caller.chat.messages({ conversationId: started.conversationId });
  expect(items).toMatchObject([
    { role: "user", text: "What does a rowing boat cost?", outcome: null },
    {
      id: started.messageId,
      role: "assistant",
      text: textOf(got),
      outcome: "answered",
      model: started.model,
      sources: eventsOf(got, "sources")[0]?.sources,
      usage: eventsOf(got, "finished")[0]?.usage,
    },
  ]);
  expect(items[1]?.citations).toHaveLength(eventsOf(got, "citation").length);
  const after = (await user.caller.usage.summary()).last24h;
  const { promptTokens } = eventsOf(got, "finished")[0]?.usage ?? { promptTokens: 0 };
  expect(after.requests - before.requests).toBe(1);
  expect(after.promptTokens - before.promptTokens).toBe(promptTokens);
});

test("the same requestId joins the answer: one message, the same events for both", async () => {
  const { user } = await withHerons();
  const input = { question: "When was the lake station founded?", requestId: newId() };
  const [one, two] = await Promise.all([askFor(user, input), askFor(user, input)]);
  const later = await askFor(user, input);
  expect(two).toEqual(one);
  expect(later).toEqual(one);
  const { conversationId } = eventsOf(one, "started")[0] ?? {};
  const { items } = await user.caller.chat.messages({ conversationId: ConversationId.parse(conversationId) });
  expect(items).toHaveLength(2);
});

test("an answer that was left goes on, and is read on from any event", async () => {
  const { user } = await withHerons();
  const input = { question: "How many grey herons were counted in 2019?", requestId: newId() };
  const left = await askFor(user, input, (event) => event.type === "delta");
  const rest = await askFor(user, { ...input, lastEventId: left.at(-1)?.id });
  const whole = await askFor(user, input);
  expect([...left, ...rest]).toEqual(whole);
  const withoutRequestId = await askFor(user, { question: input.question, lastEventId: left.at(-1)?.id });
  expect(withoutRequestId).toEqual(rest);
});

test("once its log is gone an answer is told from what was stored", async () => {
  const { user } = await withHerons();
  const input = { question: "When was the lake station founded?", requestId: newId() };
  const live = await askFor(user, input);
  const messageId = eventsOf(live, "started")[0]?.messageId ?? "";
  // Until then its last words may be on their way to the log.
  await shared.app.answers.get(messageId)?.done;
  await shared.app.keyValue.dropLog(`answer:${user.tenantId}:${messageId}`);
  const stored = await askFor(user, { ...input, lastEventId: live.at(3)?.id });
  expect(stored.map(({ event }) => event.type)).toEqual(["started", "snapshot", "sources", "citation", "finished"]);
  expect(textOf(stored)).toBe(textOf(live));
  expect(eventsOf(stored, "citation")).toEqual(eventsOf(live, "citation"));
});

test("fileIds restrict what is read, and a foreign or unknown one is not found", async () => {
  const { user, file } = await withHerons();
  const other = await ingestFile(shared, user, {
    bytes: await makePdf(["Storks, not herons, nest on the roof of the inn."]),
  });
  const got = await askFor(user, { question: "Which birds are there?", fileIds: [other.id] });
  expect(new Set(eventsOf(got, "sources")[0]?.sources.map((source) => source.fileId))).toEqual(new Set([other.id]));
  const hits = await user.caller.files.search({ query: "herons", fileIds: [file.id] });
  expect(new Set(hits.hits.map((hit) => hit.fileId))).toEqual(new Set([file.id]));
  const stranger = await shared.signIn();
  for (const fileId of [file.id, FileId.parse(newId())])
    await expect(askFor(stranger, { question: "herons?", fileIds: [fileId] })).rejects.toMatchObject({
      reason: "NOT_FOUND",
    });
});

test("a follow-up that leans on the conversation is searched with what it leans on, and says so", async () => {
  const { user } = await withHerons();
  const first = await askFor(user, { question: "How many grey herons were counted in 2019?" });
  const conversationId = eventsOf(first, "started")[0]?.conversationId;
  const second = await askFor(user, { question: "Where was it?", conversationId });
  expect(eventsOf(second, "rewritten")[0]?.query).toMatch(/herons.*Where was it\?/);
  expect(textOf(second)).toContain("northern shore");
  const third = await askFor(user, {
    question: "What does a rowing boat cost for an hour at the pier?",
    conversationId,
  });
  expect(eventsOf(third, "rewritten")).toEqual([]);
});

test.for([
  ["empty", "", "INVALID_INPUT"],
  ["only spaces", "   ", "INVALID_INPUT"],
  ["a hundred thousand characters", "why ".repeat(25_000), "INVALID_INPUT"],
] as const)("a question that is %s is refused", async ([_, question, reason]) => {
  const user = await shared.signIn();
  await expect(askFor(user, { question })).rejects.toMatchObject({ cause: { reason } });
});

test.for([
  "ایستگاه دریاچه چه سالی تأسیس شد؟",
  "湖边的观测站是哪一年建立的？",
  "herons\u0000\u0007\u202e in 2019?",
  "\ud800 herons",
])("a question in any language, or with stray characters, ends with an outcome: %j", async (question) => {
  const { user } = await withHerons();
  const got = await askFor(user, { question });
  expect(["answered", "no_answer"]).toContain(eventsOf(got, "finished")[0]?.outcome);
});

test("conversations and messages of another user are not found, in the same tenant too", async () => {
  const { user } = await withHerons();
  const colleague = await shared.signIn({ tenant: user.tenant });
  const got = await askFor(user, { question: "When was the lake station founded?" });
  const [started] = eventsOf(got, "started");
  if (!started) throw new Error("it started");
  const { conversationId, messageId } = started;
  const { chat } = colleague.caller;
  for (const call of [
    () => chat.messages({ conversationId }),
    () => chat.rename({ conversationId, title: "mine" }),
    () => chat.remove({ conversationId }),
    () => chat.cancel({ messageId }),
    () => chat.rate({ messageId, rating: "up" }),
  ])
    await expect(call()).rejects.toMatchObject({ cause: { reason: "NOT_FOUND" } });
  await expect(askFor(colleague, { question: "And?", conversationId })).rejects.toMatchObject({ reason: "NOT_FOUND" });
  expect((await chat.conversations({})).items).toEqual([]);
});

test("conversations are listed last used first, renamed, rated and removed", async () => {
  const { user } = await withHerons();
  const { chat } = user.caller;
  const first = eventsOf(await askFor(user, { question: "When was the lake station founded?" }), "started")[0];
  const second = eventsOf(await askFor(user, { question: "What does a boat cost?" }), "started")[0];
  if (!first || !second) throw new Error("both started");
  const listed = async () => (await chat.conversations({})).items.map((item) => item.id);
  expect(await listed()).toEqual([second.conversationId, first.conversationId]);
  await askFor(user, { question: "And who keeps it?", conversationId: first.conversationId });
  expect(await listed()).toEqual([first.conversationId, second.conversationId]);
  const page = await chat.conversations({ limit: 1 });
  expect((await chat.conversations({ limit: 1, cursor: page.nextCursor })).items[0]?.id).toBe(second.conversationId);
  expect(await chat.rename({ conversationId: first.conversationId, title: "Lake" })).toMatchObject({ title: "Lake" });
  await chat.rate({ messageId: first.messageId, rating: "down", comment: "too short" });
  const { items } = await chat.messages({ conversationId: first.conversationId });
  expect(items[1]?.rating).toBe("down");
  await chat.remove({ conversationId: first.conversationId });
  expect(await listed()).toEqual([second.conversationId]);
});

test("a model that is not offered is refused", async () => {
  const user = await shared.signIn();
  await expect(askFor(user, { question: "Anything?", model: "gpt-99" })).rejects.toMatchObject({
    reason: "MODEL_NOT_ALLOWED",
  });
});

test("an answer that does not exist cannot be cancelled", async () => {
  const user = await shared.signIn();
  await expect(user.caller.chat.cancel({ messageId: MessageId.parse(newId()) })).rejects.toMatchObject({
    cause: { reason: "NOT_FOUND" },
  });
});
