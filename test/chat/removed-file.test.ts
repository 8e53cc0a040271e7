import { sql } from "kysely";
import { expect, test } from "vitest";
import { inTenant } from "../../db/index.ts";
import { kyselyOf } from "../../db/open.ts";
import type { ConversationId, FileId } from "../../server/contract/ids.ts";
import type { LogEntry } from "../../server/key-value/key-value.ts";
import { newId } from "../../server/id.ts";
import { startTestApp, type TestUser } from "../support/app.ts";
import { askFor, eventsOf, textOf, type Got } from "../support/chat.ts";
import { cleanUp } from "../support/clean-up.ts";
import { ingestFile } from "../support/files.ts";
import { startOpenAiServer } from "../support/openai-server.ts";
import { makePdf } from "../support/pdf.ts";

const vendor = await startOpenAiServer();
cleanUp(() => vendor.close());
const shared = await startTestApp({ env: { OPENAI_BASE_URL: vendor.baseUrl, EMBEDDING_DIMENSIONS: "64" } });

/** In every sentence of the file that is removed, and in nothing that a person or the model writes. */
const CANARY = "zephyrine";
const HERONS = [`The ${CANARY} wardens counted grey herons in 2019.`, `The ${CANARY} station was founded in 1931.`];
const GONE = { excerpt: "", removed: true };
const NO_QUOTE = { quote: "", verified: false, boxes: [], removed: true };

const newFile = async (user: TestUser, name: string, pages: string[]) =>
  (await ingestFile(shared, user, { name, bytes: await makePdf(pages) })).id;

const withHerons = async () => {
  vendor.script = { answer: () => "They were counted in 2019 [1]." };
  const user = await shared.signIn();
  const fileId = await newFile(user, "herons.pdf", HERONS);
  vendor.requests.length = 0;
  return { user, fileId };
};

const conversationOf = (got: Got[]): ConversationId => {
  const [started] = eventsOf(got, "started");
  if (!started) throw new Error("it started");
  return started.conversationId;
};
const answerOf = async (user: TestUser, got: Got[]) =>
  (await user.caller.chat.messages({ conversationId: conversationOf(got) })).items.at(-1);

/** Every row that the tenant can reach, and every row of the job queue, as text. */
const allRows = async (tenantId: string): Promise<string> => {
  const { rows: tables } = await sql<{ name: string; queue: boolean }>`
    select format('%I.%I', schemaname, tablename) as name, schemaname = 'pgboss' as queue from pg_tables
    where schemaname in ('public', 'pgboss') and tablename not like 'kysely%' and tablename <> 'rereads'`.execute(
    kyselyOf(shared.app.db),
  );
  const texts: string[] = [];
  const read = (name: string) => sql<{ text: string }>`select t::text as text from ${sql.raw(name)} t`;
  for (const { name, queue } of tables) {
    const { rows } = queue
      ? await read(name).execute(kyselyOf(shared.app.db))
      : await inTenant(shared.app.db, tenantId, (trx) => read(name).execute(trx));
    texts.push(...rows.map(({ text }) => `${name}: ${text}`));
  }
  return texts.join("\n");
};

const logOf = async (user: TestUser, got: Got[]): Promise<string> => {
  const name = `answer:${user.tenantId}:${eventsOf(got, "started")[0]?.messageId}`;
  const entries: LogEntry[] = [];
  for (const store of [shared.app.local, shared.app.keyValue])
    for await (const entry of store.read(name, 0, AbortSignal.abort())) entries.push(entry);
  return JSON.stringify(entries);
};

const ended = (got: Got[]) => shared.app.answers.get(eventsOf(got, "started")[0]?.messageId ?? "")?.done;

test("a removed file leaves no text in any member's answers, their logs, idempotent replies or jobs", async () => {
  const { user, fileId } = await withHerons();
  const colleague = await shared.signIn({ tenant: user.tenant });
  const asked = [];
  for (const member of [user, colleague]) {
    const input = { question: "How many were counted?", requestId: newId() };
    const got = await askFor(member, input);
    expect(eventsOf(got, "citation")[0]?.quote).toContain(CANARY);
    await ended(got);
    expect(await logOf(member, got)).toContain(CANARY);
    asked.push({ member, input, got });
  }
  expect(await allRows(user.tenantId)).toContain(CANARY);
  const remove = () =>
    fetch(`${shared.url}/v1/files/${fileId}`, {
      method: "DELETE",
      headers: { authorization: `Bearer ${user.accessToken}`, "idempotency-key": "remove-herons" },
    });
  for (const reply of [await remove(), await remove()]) expect(reply.status).toBe(200);

  for (const { member, input, got } of asked) {
    const before = await askFor(member, input);
    const answer = await answerOf(member, got);
    expect(answer?.text).toBe(textOf(got));
    const [sources] = eventsOf(got, "sources");
    expect(answer?.sources).toEqual(sources?.sources.map((source) => ({ ...source, ...GONE })));
    const [citation] = eventsOf(got, "citation");
    const { type: _type, ...fields } = citation ?? {};
    expect(answer?.citations).toEqual([{ ...fields, ...NO_QUOTE }]);
    expect(JSON.stringify([before, await askFor(member, { ...input, lastEventId: got[1]?.id })])).not.toContain(CANARY);
    expect(await logOf(member, got)).not.toContain(CANARY);
  }
  expect(await allRows(user.tenantId)).not.toContain(CANARY);
});

test("a log that could not be dropped hands out nothing of a removed file", async () => {
  const { user, fileId } = await withHerons();
  const input = { question: "How many were counted?", requestId: newId() };
  const got = await askFor(user, input);
  await ended(got);
  const { dropLog } = shared.app.keyValue;
  shared.app.keyValue.dropLog = async () => {
    throw new Error("the store is unavailable");
  };
  await user.caller.files.remove({ fileId });
  shared.app.keyValue.dropLog = dropLog;
  expect(await logOf(user, got)).toContain(CANARY);
  for (const lastEventId of [undefined, got[1]?.id]) {
    const replayed = await askFor(user, { ...input, lastEventId });
    expect(eventsOf(replayed, "citation")).toMatchObject([NO_QUOTE]);
    expect(JSON.stringify(replayed)).not.toContain(CANARY);
  }
});

test("an answer that is written meanwhile goes on, cites the file without its text, and stores none of it", async () => {
  const { user, fileId } = await withHerons();
  const heard = Promise.withResolvers<void>();
  const filler = "And so it goes on for quite a while. ".repeat(40);
  vendor.script = { answer: () => `They were counted in 2019 [1]. ${filler}It was founded in 1931 [1][2]. The end.` };
  vendor.script.deltaDelayMs = 5;
  const input = { question: "How many were counted?", requestId: newId() };
  const asking = askFor(user, input, ({ type }) => {
    if (type === "citation") heard.resolve();
    return false;
  });
  await heard.promise;
  await user.caller.files.remove({ fileId });
  const got = await asking;
  const [live, ...later] = eventsOf(got, "citation");
  expect(live?.quote).toContain(CANARY);
  expect(later.length).toBeGreaterThan(0);
  for (const citation of later) expect(citation).toMatchObject({ fileId, ...NO_QUOTE });
  expect(eventsOf(got, "finished")).toMatchObject([{ outcome: "answered" }]);
  const answer = await answerOf(user, got);
  expect(answer).toMatchObject({ text: textOf(got), outcome: "answered" });
  expect(answer?.sources.length).toBeGreaterThan(0);
  for (const source of answer?.sources ?? []) expect(source).toMatchObject(GONE);
  for (const citation of answer?.citations ?? []) expect(citation).toMatchObject(NO_QUOTE);
  await ended(got);
  expect(JSON.stringify(await askFor(user, input))).not.toContain(CANARY);
  expect(await logOf(user, got)).not.toContain(CANARY);
  expect(await allRows(user.tenantId)).not.toContain(CANARY);
});

test("what a running answer has saved so far holds no text of a removed file, and the next save brings none back", async () => {
  const { user, fileId } = await withHerons();
  vendor.script = { answer: () => `They were counted in 2019 [1]. ${"On and on. ".repeat(2_000)}`, deltaDelayMs: 10 };
  const input = { question: "How many were counted?", requestId: newId() };
  const left = await askFor(user, input, ({ type }) => type === "citation");
  const saved = async (is: (text: string) => boolean) =>
    expect.poll(async () => is((await answerOf(user, left))?.text ?? ""), { timeout: 30_000 }).toBe(true);
  await saved((text) => text !== "");
  expect(JSON.stringify(await answerOf(user, left))).toContain(CANARY);
  await user.caller.files.remove({ fileId });
  const { length } = (await answerOf(user, left))?.text ?? "";
  expect(JSON.stringify(await answerOf(user, left))).not.toContain(CANARY);
  await saved((text) => text.length > length);
  expect(JSON.stringify(await answerOf(user, left))).not.toContain(CANARY);
  const messageId = eventsOf(left, "started")[0]?.messageId;
  if (messageId) await user.caller.chat.cancel({ messageId });
  expect(await answerOf(user, left)).toMatchObject({ outcome: "cancelled", citations: [NO_QUOTE] });
});

/** What the model was sent of the conversation: all but the rules and the last question. */
const historiesSent = (): string[][] =>
  vendor.requests.flatMap(({ body }) =>
    "messages" in body ? [body.messages.slice(1).map(({ content }) => content)] : [],
  );

test("a question and an answer that cites a removed file are sent to the model no more, nor used to rewrite", async () => {
  const { user, fileId } = await withHerons();
  await newFile(user, "boats.pdf", ["A rowing boat costs nine euros an hour."]);
  const ask = async (question: string, words: string, fileIds?: FileId[], conversationId?: ConversationId) => {
    vendor.script = { answer: () => words };
    return askFor(user, { question, fileIds, conversationId });
  };
  const conversationId = conversationOf(await ask("First-question about herons?", "First-answer [1].", [fileId]));
  await ask("Second-question about herons?", "Second-answer without a marker.", [fileId], conversationId);
  const both = await ask("Third-question about rowing boats?", "Third-answer [1].", undefined, conversationId);
  const sources = eventsOf(both, "sources")[0]?.sources ?? [];
  // It cites the boats alone, although the herons were among its sources.
  expect(sources[0]?.fileId).not.toBe(fileId);
  expect(sources.map((source) => source.fileId)).toContain(fileId);

  await user.caller.files.remove({ fileId });
  vendor.requests.length = 0;
  await ask("And what about them?", "Fourth-answer [1].", undefined, conversationId);
  const sent = historiesSent();
  // Once to rewrite the question, and once to answer it.
  expect(sent).toHaveLength(2);
  for (const history of sent.map((contents) => contents.join("\n"))) {
    expect(history).toMatch(/Third-question.*Third-answer/s);
    expect(history).not.toMatch(/First-|Second-/);
  }
});

test("a marker whose quote was never found still counts as citing the removed file", async () => {
  const { user, fileId } = await withHerons();
  const boats = await newFile(user, "boats.pdf", ["A rowing boat costs nine euros an hour."]);
  vendor.script = { answer: () => "Counted [1][2]." };
  const first = await askFor(user, { question: "What does a rowing boat cost, and what of herons?" });
  const marked = eventsOf(first, "sources")[0]?.sources.find((source) => source.fileId === fileId && source.n <= 2);
  expect(marked).toBeDefined();
  await inTenant(shared.app.db, user.tenantId, (trx) =>
    trx.updateTable("messages").set({ citations: "[]" }).where("tenant_id", "=", user.tenantId).execute(),
  );
  await user.caller.files.remove({ fileId });
  vendor.requests.length = 0;
  await askFor(user, { question: "When was a boat rented?", conversationId: conversationOf(first), fileIds: [boats] });
  expect(JSON.stringify(historiesSent())).not.toContain("what of herons");
});
