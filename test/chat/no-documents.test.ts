import { expect, test } from "vitest";
import { createFile, inTenant } from "../../db/index.ts";
import { FileId } from "../../server/contract/ids.ts";
import { newId } from "../../server/id.ts";
import { createOpenAiModel } from "../../server/model/openai.ts";
import { startTestApp, type TestUser } from "../support/app.ts";
import { askFor, eventsOf, textOf } from "../support/chat.ts";
import { cleanUp } from "../support/clean-up.ts";
import { ingestFile } from "../support/files.ts";
import { startOpenAiServer } from "../support/openai-server.ts";
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
const QUESTION = "How many herons were counted?";

/** A file that no worker has taken yet. */
const queuedFile = (user: TestUser): Promise<FileId> =>
  inTenant(shared.app.db, user.tenantId, async (trx) => {
    const file = { id: newId(), uploaded_by: user.userId, sha256: newId(), name: "a.pdf", size_bytes: 1 };
    return FileId.parse((await createFile(trx, file))?.id);
  });
const failedFile = async (user: TestUser): Promise<FileId> => {
  const file = await ingestFile(shared, user, { bytes: Buffer.from("%PDF-1.4 which is none") });
  expect(file.status).toBe("failed");
  return file.id;
};
const readyFile = async (user: TestUser): Promise<FileId> => {
  const bytes = await makePdf(["In 2019 the wardens counted forty-two grey herons."]);
  return (await ingestFile(shared, user, { bytes })).id;
};

const reservations = ({ tenantId }: TestUser) =>
  inTenant(shared.app.db, tenantId, (trx) => trx.selectFrom("reservations").selectAll().execute());

test.for<[string, (user: TestUser) => Promise<FileId[] | undefined>]>([
  ["no document", async () => undefined],
  ["a queued document alone", async (user) => void (await queuedFile(user))],
  ["a failed document alone", async (user) => void (await failedFile(user))],
  ["a scope of which none is ready", async (user) => [await readyFile(user), await queuedFile(user)].slice(1)],
])("with %s no model is asked, and the answer says so", async ([, prepare]) => {
  vendor.script = {};
  const user = await shared.signIn();
  const fileIds = await prepare(user);
  vendor.requests.length = 0;
  const requestId = newId();
  const live = await askFor(user, { question: QUESTION, fileIds, requestId });
  expect(vendor.requests).toEqual([]);
  const usage = { promptTokens: 0, completionTokens: 0 };
  expect(eventsOf(live, "finished")).toEqual([
    { type: "finished", outcome: "no_answer", cause: "no_documents", usage },
  ]);
  expect(textOf(live)).not.toBe("");
  expect(eventsOf(live, "sources")).toMatchObject([{ sources: [] }]);
  expect(await reservations(user)).toEqual([]);
  const [started] = eventsOf(live, "started");
  const { items } = await user.caller.chat.messages({ conversationId: started?.conversationId ?? "" });
  expect(items.at(-1)).toMatchObject({ outcome: "no_answer", cause: "no_documents", text: textOf(live), usage });
});

test("a scope that is ready in part is answered from that part, and a later question once a document is ready", async () => {
  vendor.script = {};
  const user = await shared.signIn();
  const queued = await queuedFile(user);
  const none = await askFor(user, { question: QUESTION });
  expect(eventsOf(none, "finished")).toMatchObject([{ cause: "no_documents" }]);
  const ready = await readyFile(user);
  const { conversationId } = eventsOf(none, "started")[0] ?? {};
  const got = await askFor(user, { question: QUESTION, fileIds: [queued, ready], conversationId });
  expect(eventsOf(got, "finished")).toMatchObject([{ outcome: "answered" }]);
  expect(eventsOf(got, "sources")[0]?.sources.map(({ fileId }) => fileId)).toEqual([ready]);
});

test("another tenant's documents are none of one's own", async () => {
  vendor.script = {};
  await readyFile(await shared.signIn());
  const user = await shared.signIn();
  const got = await askFor(user, { question: QUESTION });
  expect(eventsOf(got, "finished")).toMatchObject([{ outcome: "no_answer", cause: "no_documents" }]);
});
