import { expect, test } from "vitest";
import { createOpenAiModel } from "../../server/model/openai.ts";
import { startTestApp, type TestUser } from "../support/app.ts";
import { askFor, eventsOf } from "../support/chat.ts";
import { cleanUp } from "../support/clean-up.ts";
import { ingestFile } from "../support/files.ts";
import { chunkOf, startOpenAiServer, type OpenAiScript } from "../support/openai-server.ts";
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

/** Refuses as the templates of many open models do. */
const strict: OpenAiScript = {
  answer: () => "Forty-two herons [1].",
  refuse: (body) => {
    if (!("messages" in body)) return undefined;
    const roles = body.messages.map(({ role }) => role).filter((role) => role !== "system");
    const alternates = roles.every((role, at) => role === (at % 2 === 0 ? "user" : "assistant"));
    const message = "After the optional system message, conversation roles must alternate user/assistant";
    return alternates ? undefined : { status: 400, body: { error: { message } } };
  },
};

const withHerons = async () => {
  vendor.script = strict;
  const user = await shared.signIn();
  await ingestFile(shared, user, { bytes: await makePdf(["In 2019 the wardens counted forty-two grey herons."]) });
  const first = await askFor(user, { question: "How many herons were counted by wardens?" });
  return { user, conversationId: eventsOf(first, "started")[0]?.conversationId ?? "" };
};

const lastRoles = () => {
  const body = vendor.requests.at(-1)?.body;
  return body && "messages" in body ? body.messages.map(({ role }) => role) : [];
};

const WORDS = [chunkOf({ content: "Forty" }), chunkOf({ content: "-two herons." })];
const silent = async function* (pieces: string[]) {
  yield* pieces;
  await new Promise(() => {});
};

type Before = (user: TestUser, conversationId: string) => Promise<unknown>;
const ask = (user: TestUser, conversationId: string) =>
  askFor(user, { question: "Which wardens counted grey herons?", conversationId });
/** Asks what the model does not end, and cancels once its pieces are said. */
const cancelled = async (user: TestUser, conversationId: string, pieces: string[]) => {
  vendor.script = { ...strict, stream: () => silent(pieces) };
  await askFor(user, { question: "Which wardens counted grey herons?", conversationId }, (event) => {
    if (event.type === "started") void cancelLater(user, event.messageId, pieces.length > 0);
    return event.type === "finished";
  });
};
const cancelLater = async (user: TestUser, messageId: string, afterWords: boolean) => {
  const said = () => shared.app.answers.get(messageId)?.said().text ?? "";
  if (afterWords) await expect.poll(said, { timeout: 60_000 }).not.toBe("");
  await user.caller.chat.cancel({ messageId });
};

test.for<[string, string[], Before]>([
  [
    "that failed",
    [],
    (user, conversationId) => {
      vendor.script = { ...strict, chatFault: { kind: "status", status: 500 } };
      return expect(ask(user, conversationId)).rejects.toMatchObject({ reason: "MODEL_UNAVAILABLE" });
    },
  ],
  ["that was cancelled before a word", [], (user, conversationId) => cancelled(user, conversationId, [])],
  [
    "that was cancelled after words",
    ["user", "assistant"],
    (user, conversationId) => cancelled(user, conversationId, WORDS),
  ],
  [
    "that broke off",
    ["user", "assistant"],
    (user, conversationId) => {
      vendor.script = { ...strict, stream: () => WORDS };
      return ask(user, conversationId);
    },
  ],
])("after an answer %s the conversation goes on, its roles alternating", async ([, more, before]) => {
  const { user, conversationId } = await withHerons();
  await before(user, conversationId);
  vendor.script = strict;
  const got = await askFor(user, { question: "How many herons were counted in 2019?", conversationId });
  expect(eventsOf(got, "finished")).toMatchObject([{ outcome: "answered" }]);
  expect(lastRoles()).toEqual(["system", "user", "assistant", ...more, "user"]);
});

test("a conversation whose last answers all failed keeps the turns before them", async () => {
  const { user, conversationId } = await withHerons();
  vendor.script = { ...strict, chatFault: { kind: "status", status: 400 } };
  for (let asked = 0; asked < 4; asked++) await expect(ask(user, conversationId)).rejects.toThrow();
  vendor.script = strict;
  await askFor(user, { question: "How many herons were counted in 2019?", conversationId });
  expect(lastRoles()).toEqual(["system", "user", "assistant", "user"]);
});
