import { createHash } from "node:crypto";
import { once } from "node:events";
import { createServer, get, type IncomingMessage, type ServerResponse } from "node:http";
import { readdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { expect, onTestFinished, test } from "vitest";
import { inTenant, revokeSessions } from "../../db/index.ts";
import { createTokens } from "../../server/auth/access-token.ts";
import { authenticate } from "../../server/auth/authenticate.ts";
import { openSecret } from "../../server/auth/secret.ts";
import { receive } from "../../server/files/receive.ts";
import { connectionOf } from "../../server/http/connection.ts";
import { newId } from "../../server/id.ts";
import { startTestApp, type TestUser } from "../support/app.ts";
import { cleanUp } from "../support/clean-up.ts";
import { addFile, ingestFile } from "../support/files.ts";
import { startOpenAiServer } from "../support/openai-server.ts";
import { makePdf } from "../support/pdf.ts";
import { answerTo, openRequest, reasonIn, waitUntil } from "./raw.ts";
import { closeOf, openSocket } from "./socket.ts";

/** Its answers outlast every test. */
const vendor = await startOpenAiServer({ answer: () => "word ".repeat(10_000), deltaDelayMs: 20 });
cleanUp(() => vendor.close());
const app = await startTestApp({ env: { OPENAI_API_KEY: "test", OPENAI_BASE_URL: vendor.baseUrl } });

const bearer = (accessToken: string) => ({ authorization: `Bearer ${accessToken}` });

type Stream = { firstEvent: string; rest: Promise<string> };

/** Opens a stream and reads its first event; `rest` is what comes until the server ends it. */
const open = async (path: string, accessToken: string, input: object): Promise<Stream> => {
  const leaving = new AbortController();
  onTestFinished(() => leaving.abort());
  const response = await fetch(`${app.url}${path}`, {
    method: "POST",
    headers: { ...bearer(accessToken), "content-type": "application/json", accept: "text/event-stream" },
    body: JSON.stringify(input),
    signal: leaving.signal,
  });
  const reader = response.body?.pipeThrough(new TextDecoderStream()).getReader();
  if (!reader) throw new Error("a stream has a body");
  let firstEvent = "";
  for (let read = await reader.read(); !read.done; read = await reader.read()) {
    firstEvent += read.value;
    if (firstEvent.replace(/^event: connected\n.*\n\n+/, "").includes("data: ")) break;
  }
  const readOn = async () => {
    let text = "";
    for (let read = await reader.read(); !read.done; read = await reader.read()) text += read.value;
    return text;
  };
  const rest = readOn();
  rest.catch(() => {});
  return { firstEvent, rest };
};

const withFile = async () => {
  const admin = await app.signIn();
  const file = await ingestFile(app, admin, { bytes: await makePdf(["The station was founded in 1931."]) });
  return { admin, user: await app.signIn({ tenant: admin.tenant }), file };
};

const question = { question: "When was the station founded?" };
const STREAMS = {
  "files.watch as server-sent events": (token: string) => open("/trpc/files.watch", token, {}),
  "chat.ask as server-sent events": (token: string) => open("/trpc/chat.ask", token, question),
  "POST /v1/chat": (token: string) => open("/v1/chat", token, question),
};
const ENDINGS = {
  "signs out": ({ user }) => user.caller.auth.signOut(),
  "is removed": ({ user, admin }) => admin.caller.admin.removeMember({ userId: user.userId }),
  // As another instance does it whose announcement was lost.
  "is revoked without an announcement": ({ user }) =>
    inTenant(app.app.db, user.tenantId, (trx) => revokeSessions(trx, user.userId)),
} satisfies Record<string, (who: { user: TestUser; admin: TestUser }) => Promise<unknown>>;

const lastEvent = (text: string) => text.trim().split("\n\n").at(-1) ?? "";

test.for(Object.entries(STREAMS))(
  "%s ends with its session, says why, and no other stream ends",
  async ([name, begin]) => {
    const who = await withFile();
    const others = await begin(who.admin.accessToken);
    let othersEnded = false;
    void others.rest.finally(() => (othersEnded = true)).catch(() => {});
    for (const [what, end] of Object.entries(ENDINGS)) {
      const user = await app.signIn({ tenant: who.admin.tenant });
      const { firstEvent, rest } = await begin(user.accessToken);
      expect(firstEvent).not.toContain("error");
      await end({ ...who, user });
      const last = lastEvent(await rest);
      expect([what, last]).toEqual([what, expect.stringContaining('"reason":"SESSION_REVOKED"')]);
      expect(last).toContain(name === "POST /v1/chat" ? "event: error\n" : "event: serialized-error\n");
    }
    expect(othersEnded).toBe(false);
  },
);

const shortLived = async (user: TestUser) => {
  const [session] = (await user.caller.auth.sessions()).items;
  const tokens = createTokens({ secret: await openSecret(app.app.config), ttlMs: 4_000 });
  const { tenantId, userId } = user;
  return (await tokens.sign({ tenantId, userId, sessionId: session?.id ?? "" })).accessToken;
};

test.for(Object.entries(STREAMS))("%s ends when its token expires", async ([, begin]) => {
  const { user } = await withFile();
  const { rest } = await begin(await shortLived(user));
  expect(lastEvent(await rest)).toContain('"reason":"TOKEN_EXPIRED"');
});

test("streams, sockets and transfers of a user count together, and another user's do not", async () => {
  const { user, admin, file } = await withFile();
  const watch = () => open("/trpc/files.watch", user.accessToken, {});
  const first = new AbortController();
  const held = await fetch(`${app.url}/trpc/files.watch`, {
    method: "POST",
    headers: { ...bearer(user.accessToken), "content-type": "application/json" },
    body: "{}",
    signal: first.signal,
  });
  expect(held.status).toBe(200);
  const socket = await openSocket(app.url, { token: user.accessToken });
  socket.send(JSON.stringify({ id: 1, method: "query", params: { path: "auth.me" } }));
  await once(socket, "message");
  const streams = await Promise.all(Array.from({ length: 98 }, watch));
  for (const { firstEvent } of streams) expect(firstEvent).not.toContain("error");

  expect((await watch()).firstEvent).toContain('"reason":"RATE_LIMITED"');
  const chat = await fetch(`${app.url}/v1/chat`, {
    method: "POST",
    headers: { ...bearer(user.accessToken), "content-type": "application/json" },
    body: JSON.stringify(question),
  });
  expect([chat.status, reasonIn(await chat.json())]).toEqual([429, "RATE_LIMITED"]);
  const download = () => fetch(`${app.url}/v1/files/${file.id}/content`, { headers: bearer(user.accessToken) });
  expect((await download()).status).toBe(429);
  const upload = await fetch(`${app.url}/v1/files`, {
    method: "POST",
    headers: bearer(user.accessToken),
    body: new FormData(),
  });
  expect(upload.status).toBe(429);
  expect(await closeOf(await openSocket(app.url, { token: user.accessToken }))).toMatchObject({ code: 1008 });
  expect((await user.caller.chat.conversations({})).items).toEqual([]);
  const theirs = await open("/trpc/files.watch", admin.accessToken, {});
  expect(theirs.firstEvent).not.toContain("error");

  first.abort();
  await waitUntil(async () => (await download()).status === 200, 20_000);
  socket.terminate();
});

const BOUNDARY = "----a-boundary";
const half = `--${BOUNDARY}\r\nContent-Disposition: form-data; name="file"; filename="a.pdf"\r\n\r\n%PDF-1.7\n${"a".repeat(100_000)}`;
const beginUpload = (accessToken: string) => {
  const sent = openRequest(`${app.url}/v1/files`, {
    ...bearer(accessToken),
    "content-type": `multipart/form-data; boundary=${BOUNDARY}`,
    "transfer-encoding": "chunked",
  });
  const answer = answerTo(sent);
  sent.write(half);
  return { sent, answer };
};
const incoming = () => readdir(app.app.store.incomingDir);
const bytesOf = (tenantId: string) => Array.fromAsync(app.app.store.list(tenantId), ({ fileId }) => fileId);
const rowsOf = async (user: TestUser) => (await user.caller.files.list({})).items.map(({ id }) => id);

test.for(Object.entries(ENDINGS))(
  "an upload whose user %s in mid-flight is refused and leaves no bytes",
  async ([, end]) => {
    const { user, admin, file } = await withFile();
    const { sent, answer } = beginUpload(user.accessToken);
    await waitUntil(async () => (await incoming()).length === 1);
    await end({ user, admin });
    // Nothing more is sent: it is not waited for.
    const { status, body } = await answer;
    expect([status, reasonIn(body)]).toEqual([401, "SESSION_REVOKED"]);
    sent.destroy();
    await waitUntil(async () => (await incoming()).length === 0);
    expect(await bytesOf(user.tenantId)).toEqual([file.id]);
    expect(await rowsOf(admin)).toEqual([file.id]);
  },
);

test("an upload whose token expires in mid-flight is refused and leaves no bytes", async () => {
  const { user, admin, file } = await withFile();
  const { sent, answer } = beginUpload(await shortLived(user));
  const { status, body } = await answer;
  expect([status, reasonIn(body)]).toEqual([401, "TOKEN_EXPIRED"]);
  sent.destroy();
  await waitUntil(async () => (await incoming()).length === 0);
  expect(await rowsOf(admin)).toEqual([file.id]);
});

test("a session that ended makes no row of an upload that has arrived, neither a new one nor one that is known", async () => {
  const { user, admin, file } = await withFile();
  const signedIn = await authenticate(app.app, { accessToken: user.accessToken, tenantSlug: undefined });
  const ctx = { ...signedIn, app: app.app, requestId: newId(), client: { address: "test", userAgent: null } };
  await inTenant(app.app.db, user.tenantId, (trx) => revokeSessions(trx, user.userId));
  const [known, fresh] = [await makePdf(["The station was founded in 1931."]), await makePdf(["Another text."])];
  await addFile(app, admin, { bytes: known });
  const before = await rowsOf(admin);
  for (const bytes of [known, fresh]) {
    const path = join(app.app.store.incomingDir, newId());
    await writeFile(path, bytes);
    const sha256 = createHash("sha256").update(bytes).digest("hex");
    const got = receive(ctx, { path, name: "late.pdf", sizeBytes: bytes.length, sha256 });
    await expect(got).rejects.toMatchObject({ reason: "SESSION_REVOKED" });
  }
  expect(await rowsOf(admin)).toEqual(before);
  expect((await bytesOf(user.tenantId)).toSorted()).toEqual(before.toSorted());
  expect(before).toContain(file.id);
});

test("a download is cut when its session ends", async () => {
  const { user, admin } = await withFile();
  const bytes = Buffer.concat([Buffer.from("%PDF-1.7\n"), Buffer.alloc(24 * 1024 * 1024, "a")]);
  const { id } = await addFile(app, admin, { bytes });
  const sent = get(`${app.url}/v1/files/${id}/content`, { headers: bearer(user.accessToken), agent: false });
  sent.on("error", () => {});
  const [response] = (await once(sent, "response")) as [IncomingMessage];
  response.on("error", () => {});
  // Not read: the server waits with most of it.
  await user.caller.auth.signOut();
  await waitUntil(async () => (await metric("docuchat_http_requests_in_flight")) === 1, 20_000);
  let received = 0;
  response.on("data", (part: Buffer) => (received += part.length));
  await new Promise((resolve) => response.on("close", resolve));
  expect(received).toBeLessThan(bytes.length);
});

/** The request for the metrics is one of those in flight. */
const metric = async (name: string) => {
  const text = await (await fetch(`${app.url}/metrics`)).text();
  return Number(new RegExp(`^${name} (\\d+)$`, "m").exec(text)?.[1]);
};

test("a stream that its client does not read is cut when its session ends", async () => {
  const user = await app.signIn();
  const signedIn = await authenticate(app.app, { accessToken: user.accessToken, tenantSlug: undefined });
  const begun = Promise.withResolvers<ServerResponse>();
  const server = createServer((_request, outgoing) => {
    connectionOf(app.app, outgoing).claim(signedIn);
    // More than the kernel takes on the way.
    while (outgoing.write(Buffer.alloc(1024 * 1024)) || outgoing.writableLength < 16 * 1024 * 1024);
    begun.resolve(outgoing);
  }).listen(0, "127.0.0.1");
  onTestFinished(() => void server.close());
  await once(server, "listening");
  const address = server.address();
  const sent = get(`http://127.0.0.1:${typeof address === "object" ? address?.port : ""}`, { agent: false });
  sent.on("error", () => {});
  sent.on("response", (response) => response.on("error", () => {}).pause());
  const outgoing = await begun.promise;
  const closed = once(outgoing, "close");
  await user.caller.auth.signOut();
  await closed;
  expect(outgoing.writableFinished).toBe(false);
});
