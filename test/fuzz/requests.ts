import { mutateBytes, type Random } from "../support/choices.ts";

/** What no client asks for. */
export const MALFORMED_TARGETS = [
  "//",
  "http://",
  "http://[",
  "*",
  "/%",
  "/trpc?%%%",
  "\\",
  "/trpc#",
  "ws://a:b@c:99999/trpc",
];

const TARGETS = [
  "/trpc",
  "/trpc?connectionParams=1",
  "/trpc/auth.me",
  "/trpc/auth.me,files.list?batch=1",
  "/",
  ...MALFORMED_TARGETS,
  "/v1/files",
  "/v1/files/00000000-0000-7000-8000-000000000000/content",
  "/v1/files?limit=x&cursor=%00",
  "/v1/chat",
  "/v1/usage",
  "/v1/auth/verify-code",
  "/metrics",
  "/readyz",
  "/../../etc/passwd",
  `/${"a".repeat(5_000)}`,
];
const HOSTS = ["localhost", "", "a b", "[", "localhost:99999", "%", "::", "a/b?c#d", "\u00ff", "127.0.0.1:1"];
const METHODS = ["GET", "GET", "GET", "POST", "DELETE", "OPTIONS", "HEAD", "PUT", "CONNECT", "PRI", "get", ""];
const VERSIONS = ["HTTP/1.1", "HTTP/1.1", "HTTP/1.1", "HTTP/1.0", "HTTP/2.0", "HTTP/9", ""];
const VALUES = [
  "",
  "13",
  "0",
  "-1",
  "websocket",
  "Upgrade",
  "chunked",
  "gzip, chunked",
  "*/*",
  "application/json",
  "null",
];
const UPGRADE = {
  Upgrade: ["websocket", "websocket", "WebSocket", "h2c", "websocket, h2c"],
  Connection: ["Upgrade", "upgrade", "keep-alive, Upgrade", "close"],
  "Sec-WebSocket-Version": ["13", "13", "8", "99", "x"],
  "Sec-WebSocket-Key": ["dGhlIHNhbXBsZSBub25jZQ==", "dGhlIHNhbXBsZSBub25jZQ==", "short", ""],
  "Sec-WebSocket-Extensions": ["permessage-deflate", 'permessage-deflate; client_max_window_bits="99"', "x;;;="],
  "Sec-WebSocket-Protocol": ["chat", ",,,", "a, a"],
  Origin: ["https://evil.example.org", "null", "http://localhost", "\u0000", "http://["],
};
const HEADERS = {
  Authorization: ["Bearer a.b.c", "Bearer", "Basic eDp5", `Bearer ${"x".repeat(9_000)}`],
  "Content-Type": ["application/json", "multipart/form-data; boundary=b", "multipart/form-data", "text/event-stream"],
  "Content-Length": ["0", "5", "99999999999", "-1", "1, 2", "0x10"],
  "Transfer-Encoding": ["chunked", "chunked, chunked", "identity"],
  "X-Tenant-ID": ["acme", "", "%00", "a".repeat(300)],
  "X-Forwarded-For": ["1.2.3.4", "::1, x", ",,,,"],
  "Last-Event-ID": ["x.1", "00000000-0000-7000-8000-000000000000.99999999999"],
  "trpc-accept": ["application/jsonl"],
  Accept: ["text/event-stream"],
  Expect: ["100-continue", "x"],
};
const BODIES = ["", "{}", "[]", '{"0":{}}', "5\r\nhello\r\n0\r\n\r\n", "--b\r\n\r\n", '{"email":"a@b', "\u0000\u0000"];

const lines = (random: Random, from: Record<string, readonly string[]>, share: number): string[] =>
  Object.entries(from).flatMap(([name, values]) => {
    if (!random.chance(share)) return [];
    const line = `${name}: ${random.chance(0.85) ? random.pick(values) : random.pick(VALUES)}`;
    return random.chance(0.03) ? [line, line] : [line];
  });

const head = (random: Random, headers: string[]): Buffer => {
  const first = `${random.pick(METHODS)} ${random.pick(TARGETS)} ${random.pick(VERSIONS)}`;
  const host = random.chance(0.9) ? [`Host: ${random.pick(HOSTS)}`] : [];
  const text = [first, ...host, ...headers, "", ""].join(random.chance(0.97) ? "\r\n" : "\n");
  return Buffer.from(text, "latin1");
};

const perhapsBroken = (random: Random, bytes: Buffer): Buffer =>
  random.chance(0.4)
    ? mutateBytes(random, bytes)
    : random.chance(0.1)
      ? bytes.subarray(0, random.int(bytes.length))
      : bytes;

export const RIGHT_UPGRADE = [
  "GET /trpc?connectionParams=1 HTTP/1.1",
  "Host: localhost",
  "Upgrade: websocket",
  "Connection: Upgrade",
  "Sec-WebSocket-Version: 13",
  "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==",
  "",
  "",
].join("\r\n");

/** An upgrade, in most cases one that no client would send; sometimes with bytes right behind it. */
export const makeUpgrade = (random: Random): Buffer => {
  const whole = random.chance(0.1) ? Buffer.from(RIGHT_UPGRADE) : head(random, lines(random, UPGRADE, 0.85));
  const bytes = perhapsBroken(random, whole);
  return random.chance(0.2) ? Buffer.concat([bytes, random.bytes(random.int(60))]) : bytes;
};

/** A plain request with a small body. */
export const makeRequest = (random: Random): Buffer => {
  const bytes = head(random, lines(random, HEADERS, 0.3));
  return perhapsBroken(random, Buffer.concat([bytes, Buffer.from(random.pick(BODIES), "latin1")]));
};
