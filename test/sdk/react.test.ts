import { afterAll, describe, expect, onTestFinished, test } from "vitest";
import { createDocuChat, type ConversationId } from "../../client-sdk/src/index.ts";
import type { DocuChatOptions } from "../../client-sdk/src/options.ts";
import type { ChatAnswer, ChatControls } from "../../client-sdk/src/react/index.ts";
import { failFile, inTenant } from "../../db/index.ts";
import { codeIn, startTestApp } from "../support/app.ts";
import { startOpenAiServer, type OpenAiScript } from "../support/openai-server.ts";
import { makeImageOnlyPdf, makePdf } from "../support/pdf.ts";

const LIGHTHOUSE = "The lighthouse of Skerry Point was built in 1874. Its lamp is lit by the keeper at dusk.";
const QUESTION = "When was the lighthouse of Skerry Point built?";
const WORDS = Array.from({ length: 40 }, (_, i) => `word${i}`).join(" ");
const TALK: OpenAiScript = { answer: () => `${WORDS} [1].`, deltaDelayMs: 10 };

const vendor = await startOpenAiServer(TALK);
afterAll(() => vendor.close());
const app = await startTestApp({ env: { OPENAI_API_KEY: "test", OPENAI_BASE_URL: vendor.baseUrl } });
// The server is no page: it starts, and loads the client of its model server, before there is a document.
await app.app.model.embed(["first"], "document", AbortSignal.timeout(30_000));
const { renderHook, useDocument } = await import("../support/react.ts");
useDocument();
const { useChat, useConversations, useDocuChat, useFiles, useSession, useUpload } =
  await import("../../client-sdk/src/react/index.ts");

const chats = () => vendor.requests.filter(({ path }) => path.endsWith("/chat/completions")).length;

const connect = (options: Partial<DocuChatOptions> = {}) => {
  const client = createDocuChat({ url: app.url, ...options });
  onTestFinished(() => client.close());
  return client;
};

const signedIn = async (options: Partial<DocuChatOptions> = {}) => {
  const user = await app.signIn();
  return { user, client: connect({ token: user.accessToken, ...options }) };
};

const pdfOf = async (text: string | string[], name = "lighthouse.pdf") =>
  new File([new Uint8Array(await makePdf([text].flat()))], name);

/** A client whose tenant has a file to talk about. */
const readyToTalk = async () => {
  const signed = await signedIn();
  await signed.client.files.upload(await pdfOf(LIGHTHOUSE)).ready;
  return signed;
};

const answerIn = ({ messages }: Pick<ChatControls, "messages">): ChatAnswer | undefined => {
  const last = messages.at(-1);
  return last?.role === "assistant" ? last : undefined;
};

describe("useDocuChat", () => {
  test("is the client of the provider", async () => {
    const { client } = await signedIn();
    const hook = renderHook(useDocuChat, { client, props: undefined });
    expect(await hook.until(Boolean)).toBe(client);
  });
});

describe("useSession", () => {
  test("leads from an address and a code to a signed-in user, and back", async () => {
    const client = connect({ tenant: app.newTenant() });
    const session = renderHook(useSession, { client, props: undefined });
    expect(session.now.status).toBe("loading");
    await session.until(({ status }) => status === "signed-out");
    await session.now.requestCode("ada@example.org");
    const sent = await session.until(({ status }) => status === "code-sent");
    expect(sent).toMatchObject({ email: "ada@example.org", pending: false, error: undefined });
    expect(sent.expiresAt?.getTime()).toBeGreaterThan(Date.now());

    await session.now.verifyCode("000000");
    expect((await session.until(({ error }) => error)).error?.reason).toBe("CODE_INVALID");
    expect(session.now.status).toBe("code-sent");

    await session.now.verifyCode(codeIn(app.printed.at(-1)));
    const { user } = await session.until(({ status }) => status === "signed-in");
    expect(user).toEqual((await client.auth.me()).user);
    expect(session.now).toMatchObject({ error: undefined, expiresAt: undefined });

    await session.now.signOut();
    await session.until(({ status }) => status === "signed-out");
    expect(session.now).toMatchObject({ user: undefined, tenant: undefined, error: undefined });
  });

  test("begins signed in where a token is kept, and all components see the same", async () => {
    const { client, user } = await signedIn();
    const session = renderHook(useSession, { client, props: undefined });
    const { tenant } = await session.until(({ status }) => status === "signed-in");
    expect(tenant?.slug).toBe(user.tenant);
    const other = renderHook(useSession, { client, props: undefined });
    expect((await other.until(Boolean)).status).toBe("signed-in");
    await other.now.signOut();
    await session.until(({ status }) => status === "signed-out");
  });

  test("leads back to signing in when the session was ended elsewhere, whoever notices", async () => {
    const { client, user } = await signedIn();
    const session = renderHook(useSession, { client, props: undefined });
    await session.until(({ status }) => status === "signed-in");
    await user.caller.auth.signOut();
    await expect(client.usage.summary()).rejects.toMatchObject({ reason: "SESSION_REVOKED" });
    const ended = await session.until(({ status }) => status === "signed-out");
    expect(ended.error?.reason).toBe("SESSION_REVOKED");
  });

  test("goes back to the address when the code is not wanted", async () => {
    const client = connect({ tenant: app.newTenant() });
    const session = renderHook(useSession, { client, props: undefined });
    await session.until(({ status }) => status === "signed-out");
    await session.now.requestCode("ada@example.org");
    await session.until(({ status }) => status === "code-sent");
    session.now.back();
    await session.until(({ status }) => status === "signed-out");
  });
});

describe("useUpload and useFiles", () => {
  test("send several files, show how far each is, and list them as they become ready", async () => {
    const { client } = await signedIn();
    const upload = renderHook(useUpload, { client, props: undefined });
    const files = renderHook(useFiles, { client, props: {} });
    await files.until(({ loading }) => !loading);
    expect(files.now).toMatchObject({ files: [], hasMore: false, error: undefined });
    upload.now.upload([await pdfOf("One.", "one.pdf"), await pdfOf("Two.", "two.pdf"), new File(["no"], "three.pdf")]);
    expect((await upload.until(({ uploads }) => uploads.length === 3)).uploads.map(({ name }) => name)).toEqual([
      "one.pdf",
      "two.pdf",
      "three.pdf",
    ]);
    const { uploads } = await upload.until(({ uploads }) =>
      uploads.every(({ state }) => state === "ready" || state === "failed"),
    );
    expect(uploads.map(({ state }) => state)).toEqual(["ready", "ready", "failed"]);
    expect(uploads[0]).toMatchObject({ deduplicated: false, file: { name: "one.pdf", status: "ready" } });
    expect(uploads[0]?.sentBytes).toBe(uploads[0]?.totalBytes);
    expect(uploads[2]?.error?.reason).toBe("FILE_NOT_PDF");
    await files.until(({ files }) => files.length === 2 && files.every(({ status }) => status === "ready"));

    upload.now.dismiss(uploads[2]?.key ?? "");
    await upload.until(({ uploads }) => uploads.length === 2);
  });

  test("tell why a PDF cannot be read, try it again and remove it", async () => {
    const { client } = await signedIn();
    const upload = renderHook(useUpload, { client, props: undefined });
    const failed = renderHook(useFiles, { client, props: { status: "failed" as const } });
    const ready = renderHook(useFiles, { client, props: { status: "ready" as const } });
    await upload.until(Boolean);
    upload.now.upload([new File([new Uint8Array(await makeImageOnlyPdf(1))], "scan.pdf")]);
    const { files } = await failed.until(({ files }) => files.length === 1);
    expect((await upload.until(({ uploads }) => uploads[0]?.state === "failed")).uploads[0]?.error?.reason).toBe(
      "PDF_NO_TEXT",
    );
    const fileId = files[0]?.id ?? "";
    const seen = failed.results.length;
    await failed.now.retry(fileId);
    // It leaves the list of those that have failed while it is tried again, and fails again.
    await failed.until(({ files }) => files.length === 1);
    expect(failed.results.slice(seen).some(({ files }) => files.length === 0)).toBe(true);
    expect(ready.now.files).toEqual([]);
    await failed.now.remove(fileId);
    await failed.until(({ files }) => files.length === 0);
    expect((await client.files.list()).items).toEqual([]);
  });

  test("read all failed files again, and find those whose cause is gone", async () => {
    const { client, user } = await signedIn();
    const { id } = await client.files.upload(await pdfOf(LIGHTHOUSE)).ready;
    await inTenant(app.app.db, user.tenantId, async (trx) => {
      await trx.updateTable("files").where("id", "=", id).set({ status: "ingesting" }).execute();
      await failFile(trx, id, { reason: "MODEL_UNAVAILABLE", message: "It was so." });
    });
    const failed = renderHook(useFiles, { client, props: { status: "failed" as const } });
    await failed.until(({ files }) => files.length === 1);
    await failed.now.retryFailed();
    expect((await failed.until(({ files }) => files.length === 0)).error).toBeUndefined();
  });

  test("a removal that is refused brings the file back", async () => {
    const { client, user } = await signedIn();
    const { id } = await client.files.upload(await pdfOf(LIGHTHOUSE)).ready;
    await user.caller.admin.invite({ email: "guest@example.org" });
    const guest = await app.signIn({ tenant: user.tenant, email: "guest@example.org" });
    const files = renderHook(useFiles, { client: connect({ token: guest.accessToken }), props: {} });
    await files.until(({ files }) => files.length === 1);
    await files.now.remove(id);
    expect((await files.until(({ error }) => error)).error?.reason).toBe("FORBIDDEN");
    expect(files.now.files.map((file) => file.id)).toEqual([id]);
  });

  test("a cancelled upload is gone, before and after it has arrived", async () => {
    const { client } = await signedIn();
    const upload = renderHook(useUpload, { client, props: undefined });
    await upload.until(Boolean);
    upload.now.upload([await pdfOf(LIGHTHOUSE)]);
    const { uploads } = await upload.until(({ uploads }) => uploads.length === 1);
    await upload.now.cancel(uploads[0]?.key ?? "");
    await upload.until(({ uploads }) => uploads[0]?.state === "cancelled");
    expect((await client.files.list()).items).toEqual([]);

    upload.now.upload([await pdfOf(Array.from({ length: 300 }, (_, i) => `Page ${i} is cancelled while it is read.`))]);
    await upload.until(({ uploads }) => uploads[1]?.state === "ingesting");
    await upload.now.cancel(upload.now.uploads[1]?.key ?? "");
    await upload.until(({ uploads }) => uploads[1]?.state === "cancelled");
    expect((await client.files.list()).items).toEqual([]);
  });
});

describe("useChat", () => {
  test("shows the question at once, then the answer as it comes, its sources and citations by number", async () => {
    const { client } = await readyToTalk();
    const begun: ConversationId[] = [];
    const onConversation = (id: ConversationId) => begun.push(id);
    const chat = renderHook(useChat, { client, props: { onConversation } });
    await chat.until(({ status }) => status === "idle");
    const before = chats();
    chat.now.ask(`  ${QUESTION} `);
    const asked = await chat.until(({ status }) => status === "asking");
    expect(asked.messages).toMatchObject([
      { role: "user", text: QUESTION },
      { role: "assistant", text: "", outcome: null },
    ]);
    expect(asked.logProps["aria-busy"]).toBe(true);
    await chat.until(({ status }) => status === "streaming");
    // Busy: it asks nothing.
    chat.now.ask("And when was it painted?");
    const done = await chat.until(({ status }) => status === "idle");
    const answer = answerIn(done);
    expect(answer).toMatchObject({ text: `${WORDS} [1].`, outcome: "answered", rating: null });
    expect(answer?.sources[0]).toMatchObject({ n: 1, fileName: "lighthouse.pdf", page: 1 });
    expect(answer?.citations[1]?.[0]).toMatchObject({ n: 1, fileName: "lighthouse.pdf", page: 1 });
    expect(answer?.usage?.completionTokens).toBeGreaterThan(0);
    expect(done.messages).toHaveLength(2);
    expect(begun).toEqual([done.conversationId]);
    expect(chats() - before).toBe(1);
    expect(done.messages.map(({ key }) => key)).toEqual(asked.messages.map(({ key }) => key));
    expect(done.logProps["aria-busy"]).toBe(false);
  });

  test("a reload in the middle of an answer finds it, asks the model nothing and shows it to its end", async () => {
    const { client, user } = await readyToTalk();
    const leaving = renderHook(useChat, { client, props: {} });
    await leaving.until(({ status }) => status === "idle");
    const before = chats();
    leaving.now.ask(QUESTION);
    const left = await leaving.until(({ status }) => status === "streaming");
    leaving.unmount();
    await client.close();

    const reloaded = connect({ token: user.accessToken });
    const chat = renderHook(useChat, { client: reloaded, props: { conversationId: left.conversationId } });
    expect((await chat.until(Boolean)).status).toBe("loading");
    await chat.until(({ status }) => status === "streaming");
    const done = await chat.until(({ status }) => status === "idle");
    expect(answerIn(done)).toMatchObject({ text: `${WORDS} [1].`, outcome: "answered" });
    expect(done.messages.map(({ key }) => key)).toEqual(left.messages.map(({ key }) => key));
    expect(chats() - before).toBe(1);
    // What has been shown is never taken back.
    const lengths = chat.results.map((result) => answerIn(result)?.text.length ?? 0);
    expect(lengths).toEqual(lengths.toSorted((a, b) => a - b));
  });
});

describe("useChat, when an answer is not what was wanted,", () => {
  test("stops it, keeps what was said, and gives another in its place", async () => {
    const { client } = await readyToTalk();
    const chat = renderHook(useChat, { client, props: {} });
    await chat.until(({ status }) => status === "idle");
    const before = chats();
    chat.now.ask(QUESTION);
    await chat.until((result) => result.status === "streaming" && answerIn(result)?.text);
    await chat.now.cancel();
    const stopped = await chat.until(({ status }) => status === "idle");
    expect(answerIn(stopped)?.outcome).toBe("cancelled");
    expect(WORDS.startsWith(answerIn(stopped)?.text.trimEnd() ?? "?")).toBe(true);
    chat.now.regenerate();
    await chat.until(({ status }) => status === "streaming");
    const done = await chat.until(({ status }) => status === "idle");
    expect(answerIn(done)).toMatchObject({ text: `${WORDS} [1].`, outcome: "answered" });
    expect(done.messages.filter(({ role }) => role === "user").map(({ text }) => text)).toEqual([QUESTION, QUESTION]);
    expect(chats() - before).toBe(2);
    const kept = await client.chat.messages({ conversationId: done.conversationId as ConversationId });
    expect(kept.items.map(({ outcome }) => outcome)).toEqual([null, "cancelled", null, "answered"]);
  });

  test("rates it at once, and takes a rating back that the server refuses", async () => {
    const { client } = await readyToTalk();
    const chat = renderHook(useChat, { client, props: {} });
    await chat.until(({ status }) => status === "idle");
    chat.now.ask(QUESTION);
    await chat.until(({ status }) => status === "streaming");
    const answered = await chat.until(({ status }) => status === "idle");
    const id = answerIn(answered)?.id ?? "";
    await chat.now.rate(id, "up", "just so");
    expect(answerIn(await chat.until((result) => answerIn(result)?.rating))?.rating).toBe("up");
    const { items } = await client.chat.messages({ conversationId: answered.conversationId as ConversationId });
    expect(items.at(-1)).toMatchObject({ rating: "up" });
    await chat.now.rate(id, "down", "x".repeat(2_001));
    expect((await chat.until(({ error }) => error)).error?.reason).toBe("INVALID_INPUT");
    expect(answerIn(chat.now)?.rating).toBe("up");
  });
});

describe("useConversations", () => {
  test("notices what useChat begins, and renames and removes", async () => {
    const { client } = await readyToTalk();
    const list = renderHook(useConversations, { client, props: undefined });
    const chat = renderHook(useChat, { client, props: {} });
    await list.until(({ loading }) => !loading);
    chat.now.ask(QUESTION);
    const { conversations } = await list.until(({ conversations }) => conversations.length === 1);
    expect(conversations[0]?.title).toBe(QUESTION);
    await chat.until(({ status }) => status === "idle");
    const id = conversations[0]?.id ?? "";
    const renaming = list.now.rename(id, "The lighthouse");
    await list.until(({ conversations }) => conversations[0]?.title === "The lighthouse");
    await renaming;
    expect((await client.chat.conversations()).items[0]?.title).toBe("The lighthouse");
    await list.now.rename(id, "");
    expect((await list.until(({ error }) => error)).error?.reason).toBe("INVALID_INPUT");
    expect(list.now.conversations[0]?.title).toBe("The lighthouse");
    await list.now.remove(id);
    await list.until(({ conversations }) => conversations.length === 0);
    expect((await client.chat.conversations()).items).toEqual([]);
  });
});
