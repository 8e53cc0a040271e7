import { expect, test } from "vitest";
import { ConversationId } from "../../server/contract/ids.ts";
import { newId } from "../../server/id.ts";
import { startTestApp, type TestUser } from "../support/app.ts";
import { askFor, eventsOf, textOf, type Got } from "../support/chat.ts";
import { cleanUp } from "../support/clean-up.ts";
import { ingestFile } from "../support/files.ts";
import { startOpenAiServer } from "../support/openai-server.ts";
import { makePdf } from "../support/pdf.ts";
import { converse, openSocket } from "../http/socket.ts";

const vendor = await startOpenAiServer();
cleanUp(() => vendor.close());
const app = await startTestApp({ env: { OPENAI_API_KEY: "test", OPENAI_BASE_URL: vendor.baseUrl } });

const QUESTION = "How many herons were counted?";

const withHerons = async (): Promise<TestUser> => {
  vendor.script = { answer: () => "Forty-two herons [1]." };
  const user = await app.signIn();
  await ingestFile(app, user, { bytes: await makePdf(["In 2019 the wardens counted forty-two grey herons."]) });
  return user;
};

const startedOf = (got: Got[]) => {
  const [event] = eventsOf(got, "started");
  if (!event) throw new Error("it started");
  return event;
};

/** A finished answer, and the ids of its messages. */
const withAnswer = async (user: TestUser) => {
  const input = { question: QUESTION, requestId: newId() };
  const got = await askFor(user, input);
  const { conversationId, messageId } = startedOf(got);
  const { items } = await user.caller.chat.messages({ conversationId });
  return { input, got, conversationId, messageId, questionId: items[0]?.id ?? "" };
};

const bearer = ({ accessToken }: TestUser) => ({ authorization: `Bearer ${accessToken}` });
const reasonIn = (text: string) => /"reason":"(\w+)"/.exec(text)?.[1] ?? "none";

/** What each transport answers to who resumes behind `lastEventId`: the reason of its failure. */
const TRANSPORTS = {
  "in process": (user, lastEventId) =>
    askFor(user, { question: QUESTION, lastEventId }).then(
      () => "none",
      (error: { reason: string; cause?: { reason: string } }) => error.cause?.reason ?? error.reason,
    ),
  "POST /v1/chat": async (user, lastEventId) => {
    const response = await fetch(`${app.url}/v1/chat`, {
      method: "POST",
      headers: { ...bearer(user), "content-type": "application/json", "last-event-id": lastEventId },
      body: JSON.stringify({ question: QUESTION }),
    });
    return reasonIn(await response.text());
  },
  "server-sent events": async (user, lastEventId) => {
    const response = await fetch(`${app.url}/trpc/chat.ask`, {
      method: "POST",
      headers: { ...bearer(user), "content-type": "application/json", accept: "text/event-stream" },
      body: JSON.stringify({ question: QUESTION, lastEventId }),
    });
    return reasonIn(await response.text());
  },
  WebSocket: async (user, lastEventId) => {
    const ws = await openSocket(app.url, { token: user.accessToken });
    const params = { path: "chat.ask", input: { question: QUESTION }, lastEventId };
    const ended = ({ error, result }: { error?: object; result?: { type: string } }) =>
      error !== undefined || result?.type === "stopped";
    const heard = await converse(ws, { id: 1, method: "subscription", params }, ended);
    ws.terminate();
    return reasonIn(JSON.stringify(heard));
  },
} satisfies Record<string, (user: TestUser, lastEventId: string) => Promise<string>>;

const questionsOf = async (user: TestUser) => {
  const { items } = await user.caller.chat.conversations({});
  const pages = items.map(({ id }) => user.caller.chat.messages({ conversationId: ConversationId.parse(id) }));
  return (await Promise.all(pages)).flatMap((page) => page.items).filter(({ role }) => role === "user").length;
};

test.for(Object.entries(TRANSPORTS))(
  "an id that is no answer of the caller's is refused at once, and nothing is asked (%s)",
  async ([transport, resume]) => {
    const [user, stranger] = [await withHerons(), await withHerons()];
    const colleague = await app.signIn({ tenant: user.tenant });
    const [own, theirs, foreign] = [await withAnswer(user), await withAnswer(colleague), await withAnswer(stranger)];
    const removed = await withAnswer(user);
    await user.caller.chat.remove({ conversationId: removed.conversationId });
    const asked = await questionsOf(user);
    const notFound = [
      own.questionId,
      theirs.messageId,
      foreign.messageId,
      foreign.questionId,
      removed.messageId,
      newId(),
    ];
    for (const id of notFound) expect([id, await resume(user, `${id}.1`)]).toEqual([id, "NOT_FOUND"]);
    const malformed = ["x.1", own.messageId, `${own.messageId}.`, `${own.messageId}.-1`, `${own.messageId}.1.1`];
    for (const id of [...malformed, `${own.messageId}.1e308`, `${own.messageId}.0x1`, `.1`, `${own.messageId}.NaN`])
      expect([id, await resume(user, id)]).toEqual([id, "INVALID_INPUT"]);
    if (transport !== "POST /v1/chat") expect(await resume(user, `${own.messageId}.١`)).toBe("INVALID_INPUT");
    expect(await questionsOf(user)).toBe(asked);
  },
);

test("a place beyond the end of a finished answer is answered with what is stored, and the end", async () => {
  const user = await withHerons();
  const { got, messageId, input } = await withAnswer(user);
  for (const seq of ["9999", "9007199254740992", "9".repeat(60)]) {
    const told = await askFor(user, { ...input, lastEventId: `${messageId}.${seq}` });
    expect(told.map(({ event }) => event.type)).toEqual(["started", "snapshot", "sources", "citation", "finished"]);
    expect(textOf(told)).toBe(textOf(got));
    // Whoever goes on behind one of these events is told the end again.
    const again = await askFor(user, { ...input, lastEventId: told.at(-2)?.id });
    expect(again.at(-1)?.event).toEqual(got.at(-1)?.event);
  }
  expect(await askFor(user, { ...input, lastEventId: `${messageId}.0001` })).toEqual(got.slice(1));
});

test("a place beyond the end of a running answer waits until it has ended", async () => {
  const user = await withHerons();
  vendor.script = { answer: () => `${"word ".repeat(40)}[1].`, deltaDelayMs: 20 };
  const input = { question: QUESTION, requestId: newId() };
  const [first] = await askFor(user, input, (event) => event.type === "started");
  const { messageId } = startedOf(first ? [first] : []);
  const order: string[] = [];
  const beyond = askFor(user, { ...input, lastEventId: `${messageId}.100000` }).finally(() => order.push("beyond"));
  const whole = await askFor(user, input).finally(() => order.push("whole"));
  const told = await beyond;
  expect(order).toEqual(["whole", "beyond"]);
  expect(eventsOf(told, "snapshot")).toEqual([{ type: "snapshot", text: textOf(whole) }]);
  expect(told.at(-1)?.event).toEqual(whole.at(-1)?.event);
});

test("an interrupted answer is told to who resumes, with its log and without", async () => {
  const user = await withHerons();
  vendor.script = { answer: () => "One two three four five six seven.", chatFault: { kind: "cut", after: 3 } };
  const input = { question: QUESTION, requestId: newId() };
  const got = await askFor(user, input);
  const { messageId } = startedOf(got);
  const lastEventId = got[0]?.id;
  expect(await askFor(user, { ...input, lastEventId })).toEqual(got.slice(1));
  await app.app.answers.get(messageId)?.done;
  await app.app.keyValue.dropLog(`answer:${user.tenantId}:${messageId}`);
  const told = await askFor(user, { ...input, lastEventId });
  expect(eventsOf(told, "finished")).toMatchObject([{ outcome: "interrupted" }]);
  expect(textOf(told)).toBe(textOf(got));
});
