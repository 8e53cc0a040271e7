import { expect, test } from "vitest";
import { LIMITS } from "../../server/contract/limits.ts";
import { codeIn, ORIGIN, sharedApp, startTestApp, type TestApp, type TestUser } from "../support/app.ts";
import { makePdf } from "../support/pdf.ts";
import { answerTo, openRequest, reasonIn, waitUntil } from "./raw.ts";

const bearer = ({ accessToken }: TestUser) => ({ authorization: `Bearer ${accessToken}` });
const JSON_BODY = { "content-type": "application/json" };

const call = async ({ url }: TestApp, path: string, { method = "GET", headers = {}, body }: RequestInit = {}) => {
  const response = await fetch(`${url}${path}`, { method, headers, ...(body === undefined ? {} : { body }) });
  const text = await response.text();
  return { status: response.status, headers: response.headers, body: (text && JSON.parse(text)) as unknown };
};

const post = (app: TestApp, path: string, input: unknown, headers: Record<string, string> = {}) =>
  call(app, path, { method: "POST", headers: { ...JSON_BODY, ...headers }, body: JSON.stringify(input) });

const uploadPdf = async (app: TestApp, user: TestUser, text: string): Promise<string> => {
  const form = new FormData();
  form.append("file", new Blob([new Uint8Array(await makePdf([text]))]), "paper.pdf");
  const { body } = await call(app, "/v1/files", { method: "POST", headers: bearer(user), body: form });
  return (body as { id: string }).id;
};

type Frame = { id: string; event: string; data: Record<string, unknown> };
const framesIn = (text: string): Frame[] =>
  text
    .split("\n\n")
    .filter((block) => block.includes("data: "))
    .map((block) => {
      const line = (name: string) => new RegExp(`^${name}: (.*)$`, "m").exec(block)?.[1] ?? "";
      return { id: line("id"), event: line("event"), data: JSON.parse(line("data")) as Record<string, unknown> };
    });

const app = await sharedApp();

test("a client without TypeScript signs in, and reads its usage", async () => {
  const tenant = { "x-tenant-id": app.newTenant().toUpperCase() };
  const asked = await post(app, "/v1/auth/request-code", { email: "Sara@Example.org" }, tenant);
  expect(asked.status).toBe(200);
  const { challengeId } = asked.body as { challengeId: string };
  const code = codeIn(app.printed.at(-1));
  const wrong = await post(app, "/v1/auth/verify-code", { challengeId, code: code === "000000" ? "1" : "000000" });
  expect([wrong.status, reasonIn(wrong.body)]).toEqual([401, "CODE_INVALID"]);

  const signedIn = await post(app, "/v1/auth/verify-code", { challengeId, code });
  const { accessToken, expiresAt, user } = signedIn.body as { accessToken: string; expiresAt: string; user: unknown };
  expect(new Date(expiresAt).toISOString()).toBe(expiresAt);
  expect(user).toMatchObject({ email: "sara@example.org" });
  const usage = await call(app, "/v1/usage", { headers: { authorization: `bearer ${accessToken}` } });
  expect(usage.body).toMatchObject({ last24h: { requests: 0 }, last7d: { requests: 0 } });
});

test("files are listed, read and removed, and are not there for another tenant", async () => {
  const [user, stranger] = [await app.signIn(), await app.signIn()];
  const ids = [await uploadPdf(app, user, "One."), await uploadPdf(app, user, "Two.")];
  const headers = bearer(user);

  const page = await call(app, "/v1/files?limit=1", { headers });
  const { items, nextCursor } = page.body as { items: { id: string; createdAt: string }[]; nextCursor: string };
  expect(items.map(({ id }) => id)).toEqual([ids[1]]);
  expect(items[0]?.createdAt).toMatch(/^\d{4}-\d\d-\d\dT/);
  expect((await call(app, `/v1/files?limit=1&cursor=${nextCursor}`, { headers })).body).toMatchObject({
    items: [{ id: ids[0] }],
  });
  for (const query of ["limit=0", "limit=x", "limit=1e9", "status=gone", "cursor=1"]) {
    const refused = await call(app, `/v1/files?${query}`, { headers });
    expect([query, refused.status, reasonIn(refused.body)]).toEqual([query, 400, "INVALID_INPUT"]);
  }

  for (const path of [`/v1/files/${ids[0]}`, `/v1/files/${ids[0]}/content`]) {
    expect((await call(app, path, { headers: bearer(stranger) })).status).toBe(404);
    expect((await call(app, path)).status).toBe(401);
  }
  expect((await call(app, `/v1/files/${ids[0]}`, { method: "DELETE", headers: bearer(stranger) })).status).toBe(404);
  expect((await call(app, `/v1/files/${ids[0]}`, { headers })).body).toMatchObject({ id: ids[0] });
  const head = await fetch(`${app.url}/v1/files/${ids[0]}/content`, { method: "HEAD", headers });
  expect([head.status, head.headers.get("content-type")]).toEqual([200, "application/pdf"]);
  expect((await call(app, `/v1/files/${ids[0]}`, { method: "DELETE", headers })).body).toEqual({ ok: true });
  expect((await call(app, `/v1/files/${ids[0]}`, { headers })).status).toBe(404);
  expect(reasonIn((await call(app, "/v1/files/not-an-id/content", { headers })).body)).toBe("INVALID_INPUT");
});

test("an answer streams as server-sent events, and the last event's id resumes behind it", async () => {
  const user = await app.signIn();
  const fileId = await uploadPdf(app, user, "The harvest of barley in the northern valley was 4711 tons in 1893.");
  await waitUntil(async () => (await user.caller.files.get({ fileId })).status === "ready", 20_000);

  const input = { question: "How many tons was the harvest of barley?", requestId: "request-0001" };
  const ask = async (headers: Record<string, string> = {}) => {
    const response = await fetch(`${app.url}/v1/chat`, {
      method: "POST",
      headers: { ...JSON_BODY, ...bearer(user), ...headers },
      body: JSON.stringify(input),
    });
    expect(response.headers.get("content-type")).toContain("text/event-stream");
    return framesIn(await response.text());
  };
  const events = await ask();
  expect(events[0]?.event).toBe("started");
  expect(events.every(({ event, data }) => data["type"] === event)).toBe(true);
  expect(
    events
      .filter(({ event }) => event === "delta")
      .map(({ data }) => data["text"])
      .join(""),
  ).toContain("4711");
  expect(events.at(-1)).toMatchObject({ event: "finished", data: { outcome: "answered" } });

  const middle = events[Math.floor(events.length / 2)];
  const resumed = await ask({ "last-event-id": middle?.id ?? "" });
  expect(resumed).toEqual(events.slice(Math.floor(events.length / 2) + 1));

  const badModel = await post(app, "/v1/chat", { question: "What?", model: "gpt-1" }, bearer(user));
  expect([badModel.status, reasonIn(badModel.body)]).toEqual([400, "MODEL_NOT_ALLOWED"]);
  const noQuestion = await post(app, "/v1/chat", { question: " " }, bearer(user));
  expect([noQuestion.status, reasonIn(noQuestion.body)]).toEqual([400, "INVALID_INPUT"]);
  expect((await post(app, "/v1/chat", input)).status).toBe(401);
});

test("every failure has the contract's body, and every response its request's id", async () => {
  const known = await call(app, "/nowhere", { headers: { "x-request-id": "a-request-of-mine" } });
  expect(known.status).toBe(404);
  expect(known.body).toEqual({
    error: { reason: "NOT_FOUND", message: expect.any(String), requestId: "a-request-of-mine" },
  });
  expect(known.headers.get("x-request-id")).toBe("a-request-of-mine");
  const strange = await call(app, "/", { headers: { "x-request-id": "no <b>such</b> id" } });
  expect(strange.headers.get("x-request-id")).toMatch(/^[\da-f-]{36}$/);
  expect(strange.body).toMatchObject({ name: "docuchat", version: expect.any(String) });

  const notJson = await call(app, "/v1/auth/request-code", { method: "POST", headers: JSON_BODY, body: "{" });
  expect([notJson.status, reasonIn(notJson.body)]).toEqual([400, "INVALID_INPUT"]);
  const noBody = await call(app, "/v1/auth/verify-code", { method: "POST" });
  expect([noBody.status, reasonIn(noBody.body)]).toEqual([400, "INVALID_INPUT"]);
  for (const path of ["/v1/files/%ff%fe", "/v1/%", "//", "/v1/../../etc/passwd"])
    expect([path, (await call(app, path)).status >= 400]).toEqual([path, true]);
});

test("a body of JSON over the limit is refused, whether or not it tells its length", async () => {
  const body = JSON.stringify({ email: "a".repeat(LIMITS.jsonBodyBytes) });
  for (const path of ["/v1/auth/request-code", "/trpc/auth.requestCode"]) {
    const told = await call(app, path, { method: "POST", headers: JSON_BODY, body });
    expect([path, told.status, JSON.stringify(told.body)]).toEqual([
      path,
      413,
      expect.stringContaining("INVALID_INPUT"),
    ]);
    const untold = openRequest(`${app.url}${path}`, { ...JSON_BODY, "transfer-encoding": "chunked" });
    const answer = answerTo(untold);
    untold.end(body);
    expect((await answer).status).toBe(413);
  }
  const small = openRequest(`${app.url}/trpc/auth.requestCode`, { ...JSON_BODY, "transfer-encoding": "chunked" });
  const answer = answerTo(small);
  small.end(JSON.stringify({ email: "a@example.org" }));
  expect((await answer).body).toMatchObject({ error: { json: { data: { reason: "TENANT_UNKNOWN" } } } });
});

test("a batch of calls is bounded", async () => {
  const batch = (calls: number) =>
    call(app, `/trpc/${Array.from({ length: calls }, () => "auth.me").join(",")}?batch=1&input={}`);
  expect((await batch(LIMITS.callsPerBatch)).status).toBe(401);
  const over = await batch(LIMITS.callsPerBatch + 1);
  expect([over.status, JSON.stringify(over.body)]).toEqual([400, expect.stringContaining("INVALID_INPUT")]);
});

test("who calls too often is told how long to wait", async () => {
  const strict = await startTestApp({ env: { RATE_LIMIT_PER_MINUTE: "2" } });
  const user = await strict.signIn();
  const answers = [];
  for (let i = 0; i < 3; i++) answers.push(await call(strict, "/v1/usage", { headers: bearer(user) }));
  const [first, , last] = answers;
  expect([first?.status, last?.status, reasonIn(last?.body)]).toEqual([200, 429, "RATE_LIMITED"]);
  expect(Number(last?.headers.get("retry-after"))).toBeGreaterThan(0);
  expect(last?.body).toMatchObject({ error: { retryAfterMs: expect.any(Number) } });
});

test("a browser's page may call from a listed origin, and from no other", async () => {
  const preflight = (origin: string) =>
    fetch(`${app.url}/v1/files`, {
      method: "OPTIONS",
      headers: { origin, "access-control-request-method": "POST", "access-control-request-headers": "authorization" },
    });
  const allowed = await preflight(ORIGIN);
  expect(allowed.headers.get("access-control-allow-origin")).toBe(ORIGIN);
  expect(allowed.headers.get("access-control-allow-headers")?.toLowerCase()).toContain("x-tenant-id");
  expect(allowed.headers.get("access-control-allow-credentials")).toBeNull();
  for (const origin of ["https://evil.example.org", "https://chat.example.org.evil.org", "null"])
    expect((await preflight(origin)).headers.get("access-control-allow-origin")).toBeNull();
  const refused = await fetch(`${app.url}/v1/files`, { headers: { origin: ORIGIN } });
  expect([refused.status, refused.headers.get("access-control-allow-origin")]).toEqual([401, ORIGIN]);
});
