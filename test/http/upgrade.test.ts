import { randomBytes } from "node:crypto";
import { once } from "node:events";
import type { Socket } from "node:net";
import { setTimeout as sleep } from "node:timers/promises";
import { expect, test } from "vitest";
import { WebSocket, WebSocketServer } from "ws";
import { inTenant, revokeSessions } from "../../db/index.ts";
import { createTokens } from "../../server/auth/access-token.ts";
import { openSecret } from "../../server/auth/secret.ts";
import { LIMITS } from "../../server/contract/limits.ts";
import { createStallGuard, drained } from "../../server/http/flow.ts";
import { ORIGIN, sharedApp } from "../support/app.ts";
import { sayRaw, waitUntil } from "./raw.ts";
import { closeOf, converse, openSocket, stop, type Heard } from "./socket.ts";
import { MALFORMED_TARGETS } from "../fuzz/requests.ts";

const upgrade = (target: string, headers: Record<string, string> = {}) => {
  const all = {
    Host: "localhost",
    Upgrade: "websocket",
    Connection: "Upgrade",
    "Sec-WebSocket-Version": "13",
    "Sec-WebSocket-Key": "dGhlIHNhbXBsZSBub25jZQ==",
    ...headers,
  };
  const lines = Object.entries(all).map(([name, value]) => `${name}: ${value}\r\n`);
  return `GET ${target} HTTP/1.1\r\n${lines.join("")}\r\n`;
};
const statusIn = (said: string) => Number(/^HTTP\/1\.1 (\d{3})/.exec(said)?.[1]);

const app = await sharedApp();
const alive = async () => (await fetch(`${app.url}/healthz`)).status === 200;

test("no upgrade and no frame, however malformed, ends the process", async () => {
  const targets = ["/trpc", ...MALFORMED_TARGETS];
  const hosts = ["", "a b", "[", "localhost:99999", "%", "::", "a/b?c#d", "\u00ff"];
  const requests = [
    ...targets.flatMap((target) => hosts.map((Host) => upgrade(target, { Host }))),
    ...targets.map((target) => `GET ${target} HTTP/1.1\r\nHost: ${hosts[1]}\r\n\r\n`),
    upgrade("/trpc", { "Sec-WebSocket-Key": "short" }),
    upgrade("/trpc", { "Sec-WebSocket-Version": "99" }),
    upgrade("/trpc").replace("GET", "POST"),
    upgrade("/trpc").replace("HTTP/1.1", "HTTP/1.0"),
  ];
  const frames = Array.from({ length: 40 }, () =>
    Buffer.concat([Buffer.from(upgrade("/trpc?connectionParams=1")), randomBytes(40)]),
  );
  for (const request of [...requests, ...frames]) await sayRaw(app.url, request, 15);
  expect(await alive()).toBe(true);
});

test("an upgrade is refused for another path, another site or a broken address", async () => {
  const { host } = new URL(app.url);
  const status = async (target: string, headers: Record<string, string> = {}) =>
    statusIn(await sayRaw(app.url, upgrade(target, { Host: host, ...headers }), 300));
  expect(await status("/")).toBe(404);
  expect(await status("/trpc/files.list")).toBe(404);
  expect(await status("//")).toBe(400);
  expect(await status("/trpc", { Host: "a b" })).toBe(400);
  expect(await status("/trpc", { Origin: "https://evil.example.org" })).toBe(403);
  expect(await status("/trpc", { Origin: "null" })).toBe(403);
  expect(await status("/trpc", { Origin: ORIGIN })).toBe(101);
  expect(await status("/trpc", { Origin: `http://${host}` })).toBe(101);
  expect(await status("/trpc")).toBe(101);
});

test("what offers another protocol is answered as if it had not", async () => {
  const said = await sayRaw(app.url, upgrade("/healthz", { Upgrade: "h2c" }), 300);
  expect(statusIn(said)).toBe(200);
});

test("a socket that does not sign in is cut, one that does is not", async () => {
  const user = await app.signIn();
  const signedIn = await openSocket(app.url, { token: user.accessToken, tenant: user.tenant });
  const silent = new WebSocket(`${app.url.replace("http", "ws")}/trpc?connectionParams=1`);
  await once(silent, "open");
  const stranger = await openSocket(app.url, { token: "a.b.c" });
  const foreign = await openSocket(app.url, { token: user.accessToken, tenant: "another" });
  const heard = await converse(stranger, watching(1), ({ id }) => id === 1);
  expect(heard.error?.json.data).toMatchObject({ reason: "NOT_SIGNED_IN" });
  expect(await Promise.all([silent, stranger, foreign].map(closeOf))).toEqual([
    { code: 4401, reason: "NOT_SIGNED_IN" },
    { code: 4401, reason: "NOT_SIGNED_IN" },
    { code: 4401, reason: "TENANT_MISMATCH" },
  ]);
  const started = await converse(signedIn, watching(1), ({ id }) => id === 1);
  expect(started.result?.type).toBe("started");
  await stop(signedIn, 1);
  signedIn.terminate();
});

test("a socket closes when its session ends, and no other does", async () => {
  const [user, other] = [await app.signIn(), await app.signIn()];
  const mine = await openSocket(app.url, { token: user.accessToken });
  const theirs = await openSocket(app.url, { token: other.accessToken });
  for (const ws of [mine, theirs]) await converse(ws, watching(1), ({ id }) => id === 1);
  const closed = closeOf(mine);
  await user.caller.auth.signOut();
  expect(await closed).toEqual({ code: 4401, reason: "SESSION_REVOKED" });
  expect(theirs.readyState).toBe(WebSocket.OPEN);
  await stop(theirs, 1);
  theirs.terminate();
});

test("a socket closes when its token expires", async () => {
  const user = await app.signIn();
  const [session] = (await user.caller.auth.sessions()).items;
  const shortLived = createTokens({ secret: await openSecret(app.app.config), ttlMs: 4_000 });
  const { accessToken } = await shortLived.sign({
    tenantId: user.tenantId,
    userId: user.userId,
    sessionId: session?.id ?? "",
  });
  // The session was looked up with the longer token a moment ago.
  app.app.sessions.clear();
  const ws = await openSocket(app.url, { token: accessToken });
  await converse(ws, watching(1), ({ id }) => id === 1);
  expect(await closeOf(ws)).toEqual({ code: 4401, reason: "TOKEN_EXPIRED" });
});

test("a frame over the limit closes the socket", async () => {
  const user = await app.signIn();
  const ws = await openSocket(app.url, { token: user.accessToken });
  ws.send("x".repeat(LIMITS.frameBytes + 1));
  expect((await closeOf(ws)).code).toBe(1009);
  expect(await alive()).toBe(true);
});

const watching = (id: number) => ({ id, method: "subscription", params: { path: "files.watch", input: {} } });

test("a socket carries so many subscriptions, and another once one has ended", async () => {
  const user = await app.signIn();
  const ws = await openSocket(app.url, { token: user.accessToken });
  const begin = (id: number) => converse(ws, watching(id), (heard) => heard.id === id);
  for (let id = 1; id <= LIMITS.subscriptionsPerSocket; id++) expect((await begin(id)).result?.type).toBe("started");
  expect((await begin(100)).error?.json.data).toMatchObject({ reason: "INVALID_INPUT" });
  // The same id again frees nothing.
  expect((await begin(1)).error?.json.data).toMatchObject({ reason: "INVALID_INPUT" });
  expect((await begin(101)).error?.json.data).toMatchObject({ reason: "INVALID_INPUT" });
  await stop(ws, 1);
  expect((await begin(102)).result?.type).toBe("started");
  for (let id = 2; id <= LIMITS.subscriptionsPerSocket; id++) await stop(ws, id);
  await stop(ws, 102);
  ws.terminate();
});

const asking = (id: unknown, path = "auth.me") => ({ id, method: "query", params: { path, input: {} } });

/** What is answered, until there are so many answers. */
const answersTo = async (ws: WebSocket, message: string, count: number): Promise<Heard[]> => {
  const heard: Heard[] = [];
  const { promise, resolve } = Promise.withResolvers<void>();
  const listen = (data: Buffer) => void (heard.push(JSON.parse(data.toString()) as Heard) === count && resolve());
  ws.on("message", listen);
  ws.send(message);
  await promise;
  ws.off("message", listen);
  return heard;
};
const reasonIn = ({ error }: Heard) => (error?.json.data as { reason: string } | undefined)?.reason;

test("a call that fails under a subscription's id makes no room for another subscription", async () => {
  const user = await app.signIn();
  const ws = await openSocket(app.url, { token: user.accessToken });
  for (let id = 1; id <= LIMITS.subscriptionsPerSocket; id++)
    await converse(ws, watching(id), (heard) => heard.id === id);
  const [failed] = await answersTo(ws, JSON.stringify(asking(1, "no.such")), 1);
  const long = Array.from({ length: LIMITS.callsPerBatch + 1 }, (_, index) => asking(index + 1));
  const [refused] = await answersTo(ws, JSON.stringify(long), 1);
  expect([failed, refused].map((heard) => heard && reasonIn(heard))).toEqual(["INVALID_INPUT", "INVALID_INPUT"]);
  const more = await converse(ws, watching(100), (heard) => heard.id === 100);
  expect(reasonIn(more)).toBe("INVALID_INPUT");
  ws.terminate();
});

test("a socket has so many calls in flight, and what is no call spoils no other of its batch", async () => {
  const user = await app.signIn();
  const ws = await openSocket(app.url, { token: user.accessToken });
  const calls = Array.from({ length: LIMITS.callsInFlightPerSocket + 1 }, (_, index) => asking(index + 1));
  const heard = await answersTo(ws, JSON.stringify([{ id: "odd", method: 1 }, ...calls]), calls.length + 1);
  const byId = new Map(heard.map((answer) => [answer.id, reasonIn(answer) ?? "answered"]));
  expect(byId.get("odd")).toBe("INVALID_INPUT");
  expect(byId.get(calls.length)).toBe("RATE_LIMITED");
  expect([...byId.values()].filter((outcome) => outcome === "answered")).toHaveLength(LIMITS.callsInFlightPerSocket);
  const [next] = await answersTo(ws, JSON.stringify(asking(1)), 1);
  expect(next?.result?.type).toBe("data");
  ws.terminate();
});

test("a client that sends too much is read more slowly, and one that sends far too much is closed", async () => {
  const user = await app.signIn();
  const ws = await openSocket(app.url, { token: user.accessToken });
  let pongs = 0;
  ws.on("message", () => pongs++);
  const start = performance.now();
  for (let n = 0; n < 300; n++) ws.send("PING");
  await waitUntil(() => pongs === 300);
  // After 200 at once it is read at a rate of 100 a second, on a slow machine at less.
  const perSecond = (pongs - 200) / ((performance.now() - start) / 1_000);
  expect(perSecond).toBeLessThan(110);
  for (let n = 0; n < 2_000; n++) ws.send("PING");
  expect(await closeOf(ws)).toEqual({ code: 1008, reason: "TOO_MANY_MESSAGES" });
  expect(await alive()).toBe(true);
});

test("a burst of one client does not hold up another", async () => {
  const [loud, quiet] = [await app.signIn(), await app.signIn()];
  const [burst, other] = [
    await openSocket(app.url, { token: loud.accessToken }),
    await openSocket(app.url, { token: quiet.accessToken }),
  ];
  const answered = { burst: 0, whenOtherWas: Infinity };
  burst.on("message", () => answered.burst++);
  other.on("message", () => (answered.whenOtherWas = answered.burst));
  const batch = Array.from({ length: 10 }, (_, id) => ({ id, method: "query", params: { path: "auth.me" } }));
  for (let n = 0; n < 150; n++) burst.send(JSON.stringify(batch));
  burst.once("message", () => other.send("PING"));
  await waitUntil(() => answered.burst === 1_500);
  expect(answered.whenOtherWas).toBeLessThan(750);
  for (const ws of [burst, other]) ws.terminate();
});

test("a socket that is read slowly closes with its session at once, too", async () => {
  const user = await app.signIn();
  const ws = await openSocket(app.url, { token: user.accessToken });
  for (let n = 0; n < 390; n++) ws.send("PING");
  await once(ws, "message");
  const closed = closeOf(ws);
  await user.caller.auth.signOut();
  expect(await Promise.race([closed, sleep(5_000)])).toEqual({ code: 4401, reason: "SESSION_REVOKED" });
});

test("an address has so many sockets that have not signed in", async () => {
  await waitUntil(async () => (await (await fetch(`${app.url}/metrics`)).text()).includes("docuchat_open_sockets 0\n"));
  const sockets = await Promise.all(Array.from({ length: 100 }, () => openSocket(app.url, null)));
  expect(statusIn(await sayRaw(app.url, upgrade("/trpc"), 300))).toBe(429);
  sockets[0]?.terminate();
  await waitUntil(async () => statusIn(await sayRaw(app.url, upgrade("/trpc"), 300)) === 101);
  for (const ws of sockets) ws.terminate();
});

test("whoever writes waits for a client that does not read, and one that does not wait loses the socket", async () => {
  const wss = new WebSocketServer({ port: 0 });
  const address = wss.address();
  const accepted = once(wss, "connection") as Promise<[WebSocket, { socket: Socket }]>;
  const client = new WebSocket(`ws://127.0.0.1:${typeof address === "object" ? address?.port : ""}`);
  await once(client, "open");
  const [ws, { socket }] = await accepted;
  await drained(ws);

  client.pause();
  // More than the kernel takes on the way.
  while (ws.bufferedAmount < 512 * 1024) ws.send(Buffer.alloc(64 * 1024));
  let waited = false;
  const waiting = drained(ws).then(() => (waited = true));
  const guard = createStallGuard();
  await new Promise((resolve) => setTimeout(resolve, 100));
  guard(ws, socket);
  expect([waited, ws.readyState]).toEqual([false, WebSocket.OPEN]);
  client.resume();
  await waiting;
  expect(waited).toBe(true);

  client.pause();
  while (ws.bufferedAmount < 1_100 * 1024) ws.send(Buffer.alloc(64 * 1024));
  guard(ws, socket);
  await once(ws, "close");
  client.terminate();
  wss.close();
});

test("a session whose end nobody has told is noticed: by calls within a second, by its sockets within five", async () => {
  const user = await app.signIn();
  const other = await app.signIn({ tenant: user.tenant });
  const [mine, theirs] = [
    await openSocket(app.url, { token: user.accessToken }),
    await openSocket(app.url, { token: other.accessToken }),
  ];
  for (const ws of [mine, theirs]) await converse(ws, watching(1), ({ id }) => id === 1);
  const closed = closeOf(mine);
  // As another instance does it whose word was lost.
  await inTenant(app.app.db, user.tenantId, (trx) => revokeSessions(trx, user.userId));
  await new Promise((resolve) => setTimeout(resolve, 1_050));
  await expect(user.caller.auth.me()).rejects.toMatchObject({ cause: { reason: "SESSION_REVOKED" } });
  expect(await closed).toEqual({ code: 4401, reason: "SESSION_REVOKED" });
  expect(theirs.readyState).toBe(WebSocket.OPEN);
  await stop(theirs, 1);
  theirs.terminate();
});
