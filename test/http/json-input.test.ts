import { once } from "node:events";
import { expect, test } from "vitest";
import { WebSocket } from "ws";
import { newId } from "../../server/id.ts";
import { sharedApp, type TestUser } from "../support/app.ts";
import { closeOf, converse, openSocket } from "./socket.ts";

const app = await sharedApp();

const nested = (depth: number, [open, close]: readonly [string, string]) =>
  `${open.repeat(depth)}1${close.repeat(depth)}`;
const ARRAYS = ["[", "]"] as const;
const OBJECTS = ['{"a":', "}"] as const;

const post = async (user: TestUser, path: string, body: string, headers: Record<string, string> = {}) => {
  const response = await fetch(`${app.url}${path}`, {
    method: "POST",
    headers: { authorization: `Bearer ${user.accessToken}`, "content-type": "application/json", ...headers },
    body,
  });
  return [response.status, reasonIn(await response.text())];
};
const reasonIn = (text: string) => /"reason":"(\w+)"/.exec(text)?.[1] ?? "none";
const keyed = () => ({ "idempotency-key": newId() });

const REFUSED = [400, "INVALID_INPUT"];

test("JSON that is nested too deeply is refused at every HTTP entrance, alone, in a field and in a batch", async () => {
  const user = await app.signIn();
  const deep = [nested(400_000, ARRAYS), nested(150_000, OBJECTS), nested(65, ARRAYS)];
  const paths = [
    "/v1/chat",
    "/v1/auth/request-code",
    "/trpc/auth.requestCode",
    "/trpc/files.remove",
    "/trpc/files.list",
    "/trpc/chat.conversations",
  ];
  const field = (json: string) => `{"fileId":"${newId()}","question":"Why?","email":"a@example.org","x":${json}}`;
  for (const json of deep)
    for (const path of paths)
      for (const body of [json, field(json)])
        for (const headers of [{}, keyed()])
          expect([path, ...(await post(user, path, body, headers))]).toEqual([path, ...REFUSED]);
  for (const headers of [{}, keyed()])
    expect(await post(user, "/trpc/files.remove,files.remove?batch=1", `{"0":{},"1":${deep[0]}}`, headers)).toEqual(
      REFUSED,
    );
  const stream = await fetch(`${app.url}/trpc/chat.ask`, {
    method: "POST",
    headers: { authorization: `Bearer ${user.accessToken}`, "content-type": "application/json" },
    body: field(nested(65, OBJECTS)),
  });
  expect(reasonIn(await stream.text())).toBe("INVALID_INPUT");
  const query = `${app.url}/trpc/files.list?input=${encodeURIComponent(nested(1_000, ARRAYS))}`;
  const got = await fetch(query, { headers: { authorization: `Bearer ${user.accessToken}` } });
  expect([got.status, reasonIn(await got.text())]).toEqual(REFUSED);
});

test("a frame that is nested too deeply is refused, and the socket carries other calls", async () => {
  const user = await app.signIn();
  const ws = await openSocket(app.url, { token: user.accessToken });
  const calls = [
    { id: 1, method: "query", params: { path: "files.list", input: JSON.parse(nested(65, OBJECTS)) as unknown } },
    {
      id: 2,
      method: "subscription",
      params: { path: "files.watch", input: { x: JSON.parse(nested(100_000, ARRAYS)) } },
    },
  ];
  for (const call of calls) {
    const heard = await converse(ws, call, ({ id }) => id === call.id);
    expect(heard.error?.json.data).toMatchObject({ reason: "INVALID_INPUT" });
  }
  ws.send(nested(100_000, ARRAYS));
  const answered = await converse(ws, { id: 3, method: "query", params: { path: "auth.me" } }, ({ id }) => id === 3);
  expect(answered.result?.type).toBe("data");
  ws.terminate();
});

test("connection parameters that are nested too deeply sign nobody in and end no process", async () => {
  const ws = new WebSocket(`${app.url.replace("http", "ws")}/trpc?connectionParams=1`);
  await once(ws, "open");
  ws.send(`{"method":"connectionParams","data":{"token":${nested(100_000, ARRAYS)}}}`);
  await closeOf(ws);
  const query = encodeURIComponent(nested(300, OBJECTS));
  const response = await fetch(`${app.url}/trpc/auth.me?connectionParams=${query}`);
  expect([response.status, reasonIn(await response.text())]).toEqual(REFUSED);
});

test("JSON that is odd but shallow is answered by what it says", async () => {
  const user = await app.signIn();
  const wide = Array.from({ length: 40_000 }, (_, index) => `"k${index}":{}`).join(",");
  const cases: [what: string, path: string, body: string, expected: unknown[]][] = [
    ["64 levels", "/trpc/files.list", nested(64, OBJECTS), [200, "none"]],
    ["brackets in a string", "/trpc/files.list", JSON.stringify({ x: "[".repeat(500_000) }), [200, "none"]],
    ["a wide object", "/trpc/files.list", `{${wide}}`, [200, "none"]],
    ["a long key", "/trpc/files.list", `{"${"k".repeat(900_000)}":1}`, [200, "none"]],
    ["a wide array", "/trpc/files.list", `{"x":[${"[],".repeat(300_000)}[]]}`, [200, "none"]],
    ["a number without end", "/trpc/files.list", '{"limit":1e999}', REFUSED],
    ["a number of many digits", "/trpc/files.list", `{"limit":${"9".repeat(100_000)}}`, REFUSED],
    [
      "a page beyond the database's numbers",
      "/trpc/files.page",
      `{"fileId":"${newId()}","page":9007199254740991}`,
      REFUSED,
    ],
    [
      "the last page that the database could name",
      "/trpc/files.page",
      `{"fileId":"${newId()}","page":2147483647}`,
      [404, "NOT_FOUND"],
    ],
    ["a cursor of no id", "/trpc/chat.conversations", `{"cursor":"1_${"-".repeat(36)}"}`, REFUSED],
    ["a cursor far in the future", "/trpc/chat.conversations", `{"cursor":"9999999999999_${newId()}"}`, [200, "none"]],
    ["a cursor beyond all times", "/trpc/chat.conversations", `{"cursor":"999999999999999_${newId()}"}`, REFUSED],
    ["the same key twice", "/trpc/files.list", '{"limit":0,"limit":1}', [200, "none"]],
    [
      "a key of prototypes",
      "/trpc/files.list",
      '{"__proto__":{"limit":0},"constructor":{"prototype":{}}}',
      [200, "none"],
    ],
    ["half a character", "/trpc/files.get", '{"fileId":"\\ud800"}', REFUSED],
    [
      "half a character in a name",
      "/trpc/chat.rename",
      `{"conversationId":"${newId()}","title":"a\\udfff"}`,
      [404, "NOT_FOUND"],
    ],
    ["U+0000", "/trpc/chat.rename", `{"conversationId":"${newId()}","title":"a\\u0000b"}`, [404, "NOT_FOUND"]],
    ["half a character in an address", "/v1/auth/request-code", '{"email":"\\ud800@example.org"}', REFUSED],
  ];
  for (const [what, path, body, expected] of cases)
    for (const headers of [{}, keyed()])
      expect([what, ...(await post(user, path, body, { "x-tenant-id": user.tenant, ...headers }))]).toEqual([
        what,
        ...expected,
      ]);
});
