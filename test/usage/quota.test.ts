import { sql } from "kysely";
import { expect, test } from "vitest";
import { inTenant, openDb, putReservation, type Db } from "../../db/index.ts";
import { newId } from "../../server/id.ts";
import { record } from "../../server/ledger.ts";
import { maintain } from "../../server/maintenance.ts";
import { createOpenAiModel } from "../../server/model/openai.ts";
import { reserve } from "../../server/quota.ts";
import { startTestApp, type TestUser } from "../support/app.ts";
import { askFor, eventsOf } from "../support/chat.ts";
import { cleanUp } from "../support/clean-up.ts";
import { addFile, ingestFile } from "../support/files.ts";
import { startOpenAiServer } from "../support/openai-server.ts";
import { makePdf } from "../support/pdf.ts";

const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;
/** A thousand, in the long form. */
const CALLS = Number(process.env["PARALLEL_CALLS"] ?? 200);
const UNLIMITED = { requestsPerDay: null, tokensPerDay: null, files: null, bytes: null };

const vendor = await startOpenAiServer();
cleanUp(() => vendor.close());
const model = createOpenAiModel({
  apiKey: "test",
  baseUrl: vendor.baseUrl,
  models: ["gpt-4o-mini"],
  embeddingModel: "text-embedding-3-small",
  embeddingDimensions: 64,
  timeouts: { firstTokenMs: 500, betweenTokensMs: 500, requestMs: 2_000, mostRetryWaitMs: 50 },
});
const shared = await startTestApp({ parts: { model } });
const { app } = shared;

/** Every instance has connections of its own; the embedded database has one process. */
const instances: Db[] = [app.db];
if ("url" in app.db.queue) {
  const second = await openDb({ url: app.db.queue.url });
  cleanUp(() => second.close());
  instances.push(second);
}

type Bounds = Partial<Parameters<TestUser["caller"]["admin"]["setQuotas"]>[0]>;
const bounded = async (bounds: Bounds): Promise<TestUser> => {
  vendor.script = {};
  const user = await shared.signIn();
  await user.caller.admin.setQuotas({ ...UNLIMITED, ...bounds });
  return user;
};

const reserved = async ({ tenantId }: TestUser): Promise<unknown[]> =>
  inTenant(app.db, tenantId, (trx) => trx.selectFrom("reservations").selectAll().execute());

const spend = ({ tenantId, userId }: TestUser, promptTokens: number, ago = 0): Promise<void> =>
  inTenant(app.db, tenantId, async (trx) => {
    const key = newId();
    await record(trx, { kind: "chat", model: "offline", userId, key, promptTokens });
    await sql`update usage_events set created_at = created_at - make_interval(secs => ${ago / 1_000})
      where tenant_id = ${tenantId} and key = ${key}`.execute(trx);
  });

const refusalOf = (work: Promise<unknown>): Promise<unknown> =>
  work.then(
    () => "let in",
    (error: { reason?: string; cause?: { reason?: string } }) => error.reason ?? error.cause?.reason,
  );
const count = (outcomes: unknown[], outcome: unknown): number => outcomes.filter((one) => one === outcome).length;

test.for([
  ["a tenant's requests", { requestsPerDay: 50 }, { requests: 1, tokens: 0 }],
  ["a user's tokens", { userTokensPerDay: 35_007 }, { requests: 1, tokens: 700 }],
] as const)("of many calls at once as many are let in as there is room for: %s", async ([, bounds, need]) => {
  const user = await bounded(bounds);
  const outcomes = await Promise.all(
    Array.from({ length: CALLS }, (_, n) =>
      refusalOf(
        inTenant(instances[n % instances.length] ?? app.db, user.tenantId, (trx) =>
          reserve(trx, { key: `test:${n}`, userId: user.userId, need: () => need }),
        ),
      ),
    ),
  );
  expect([count(outcomes, "let in"), count(outcomes, "QUOTA_EXCEEDED")]).toEqual([50, CALLS - 50]);
  expect(await reserved(user)).toHaveLength(50);
});

test("of thirty questions at once, seven are asked, and the ledger has seven", async () => {
  const user = await bounded({ requestsPerDay: 7 });
  const outcomes = await Promise.all(
    Array.from({ length: 30 }, (_, n) => refusalOf(askFor(user, { question: `What is ${n}?` }))),
  );
  expect([count(outcomes, "let in"), count(outcomes, "QUOTA_EXCEEDED")]).toEqual([7, 23]);
  expect((await user.caller.usage.summary()).last24h.requests).toBe(7);
  expect(await reserved(user)).toEqual([]);
});

test("of twelve files at once, three are kept, and of the others no byte", async () => {
  const user = await bounded({ userFiles: 3 });
  const outcomes = await Promise.all(
    Array.from({ length: 12 }, async (_, n) =>
      refusalOf(addFile(shared, user, { bytes: await makePdf([`File ${n}.`]) })),
    ),
  );
  expect([count(outcomes, "let in"), count(outcomes, "QUOTA_EXCEEDED")]).toEqual([3, 9]);
  expect((await user.caller.files.list({})).items).toHaveLength(3);
  expect(await Array.fromAsync(app.store.list(user.tenantId))).toHaveLength(3);
});

test("the bytes that are kept are bounded for the tenant, and one user's do not count as another's", async () => {
  const admin = await bounded({ bytes: 3_000, userBytes: 1_600 });
  const other = await shared.signIn({ tenant: admin.tenant });
  const pad = (text: string) => Buffer.concat([Buffer.from(`%PDF-1.7 ${text}`), Buffer.alloc(1_200)]);
  const add = (user: TestUser, text: string) => refusalOf(addFile(shared, user, { bytes: pad(text) }));
  expect([await add(admin, "a"), await add(admin, "b"), await add(other, "c"), await add(other, "d")]).toEqual([
    "let in",
    "QUOTA_EXCEEDED",
    "let in",
    "QUOTA_EXCEEDED",
  ]);
});

test("the moment when there is room again is exact", async () => {
  const user = await bounded({ tokensPerDay: 100_000, userRequestsPerDay: 3 });
  for (const [tokens, hours] of [
    [10, 30],
    [30_000, 20],
    [20_000, 10],
    [49_000, 1],
  ] as const)
    await spend(user, tokens, hours * HOUR_MS);
  const need = (tokens: number) => ({ key: "test", userId: user.userId, need: () => ({ requests: 1, tokens }) });
  const resetsAt = async (tokens: number): Promise<number | null> => {
    const refused = await inTenant(app.db, user.tenantId, (trx) => reserve(trx, need(tokens))).catch(
      (error: { data: { resetsAt: string | null } }) => error,
    );
    const at = refused?.data.resetsAt ?? null;
    return at === null ? null : Math.round((Date.parse(at) - Date.now()) / 60_000);
  };
  // Three questions stand in the way at first: the oldest of them leaves in four hours, and with it the tokens.
  expect(await resetsAt(1_500)).toBe(4 * 60);
  expect(await resetsAt(40_000)).toBe(14 * 60);
  expect(await resetsAt(60_000)).toBe(23 * 60);
  expect(await resetsAt(100_001)).toBe(null);

  const { data } = (await inTenant(app.db, user.tenantId, (trx) => reserve(trx, need(40_000))).catch(
    (error: unknown) => error,
  )) as { data: { resetsAt: string } };
  const shift = async (ms: number) =>
    inTenant(app.db, user.tenantId, (trx) =>
      sql`update usage_events set created_at = created_at - make_interval(secs => ${ms / 1_000})`.execute(trx),
    );
  // A minute before that moment there is no room, and at that moment there is.
  await shift(Date.parse(data.resetsAt) - Date.now() - 60_000);
  await expect(inTenant(app.db, user.tenantId, (trx) => reserve(trx, need(40_000)))).rejects.toMatchObject({
    reason: "QUOTA_EXCEEDED",
  });
  await shift(60_000);
  await inTenant(app.db, user.tenantId, (trx) => reserve(trx, need(40_000)));
});

test("one user's day is not another's, and both are in the tenant's", async () => {
  const admin = await bounded({ requestsPerDay: 3, userRequestsPerDay: 2 });
  const other = await shared.signIn({ tenant: admin.tenant });
  const ask = (user: TestUser, n: number) => refusalOf(askFor(user, { question: `Question ${n}?` }));
  expect([await ask(admin, 1), await ask(admin, 2), await ask(admin, 3)]).toEqual([
    "let in",
    "let in",
    "QUOTA_EXCEEDED",
  ]);
  expect([await ask(other, 4), await ask(other, 5)]).toEqual(["let in", "QUOTA_EXCEEDED"]);
});

test("however an answer ends, nothing of it stays reserved", async () => {
  const user = await bounded({ tokensPerDay: 1_000_000 });
  await ingestFile(shared, user, { bytes: await makePdf(["Herons nest on the northern shore."]) });
  const ask = (question: string, requestId = newId()) => askFor(user, { question, requestId });
  await ask("Where do herons nest?");
  vendor.script = { answer: () => "[no_answer] The documents do not tell." };
  await ask("Who won the cup?");
  vendor.script = { chatFault: { kind: "status", status: 500 } };
  await expect(ask("Where do herons nest?")).rejects.toMatchObject({ reason: "MODEL_UNAVAILABLE" });
  vendor.script = { answer: () => "One two three four.", chatFault: { kind: "cut", after: 2 } };
  await ask("Where do herons nest?");
  vendor.script = { answer: () => "word ".repeat(500), deltaDelayMs: 20 };
  const running = newId();
  const begun = await askFor(user, { question: "Who?", requestId: running }, ({ type }) => type === "delta");
  expect(await reserved(user)).toHaveLength(1);
  await user.caller.chat.cancel({ messageId: eventsOf(begun, "started")[0]?.messageId ?? "" });
  vendor.script = { embeddingFault: { kind: "status", status: 401 } };
  await expect(user.caller.files.search({ query: "herons" })).rejects.toThrow();
  vendor.script = {};
  await user.caller.files.search({ query: "herons" });
  expect(await reserved(user)).toEqual([]);
});

test("the words of a file are reserved before they are embedded, and a file that does not fit says so", async () => {
  const user = await bounded({ tokensPerDay: 10 });
  vendor.requests.length = 0;
  const bytes = await makePdf(["A few words more than the ten that this tenant may have embedded in a day."]);
  const file = await ingestFile(shared, user, { bytes });
  expect(file).toMatchObject({ status: "failed", failure: { reason: "QUOTA_EXCEEDED" } });
  expect(vendor.requests).toEqual([]);
  await user.caller.admin.setQuotas({ ...UNLIMITED, tokensPerDay: 1_000 });
  await user.caller.files.retry({ fileId: file.id });
  const states = await Array.fromAsync(await user.caller.files.watch({ fileId: file.id }));
  expect(states.at(-1)).toMatchObject({ status: "ready" });
  expect(await reserved(user)).toEqual([]);
});

test("a reservation that a crash left counts until its time is over, and is then forgotten", async () => {
  const user = await bounded({ requestsPerDay: 1 });
  const left = { key: "answer:of a dead process", user_id: user.userId, requests: 1, tokens: 5 };
  const put = (expiresInMs: number) =>
    inTenant(app.db, user.tenantId, (trx) =>
      putReservation(trx, { ...left, expires_at: new Date(Date.now() + expiresInMs) }),
    );
  await put(60_000);
  expect(await refusalOf(askFor(user, { question: "One?" }))).toBe("QUOTA_EXCEEDED");
  await put(-1_000);
  expect(await refusalOf(askFor(user, { question: "One?" }))).toBe("let in");
  expect(await reserved(user)).toHaveLength(1);
  await maintain(app);
  expect(await reserved(user)).toEqual([]);
});

test("an answer whose writer died is ended, charged with what it had spent, and no longer reserved", async () => {
  const user = await bounded({ tokensPerDay: 1_000_000 });
  await ingestFile(shared, user, { bytes: await makePdf(["Herons nest on the northern shore."]) });
  const got = await askFor(user, { question: "Where do herons nest?" });
  const { messageId = "" } = eventsOf(got, "started")[0] ?? {};
  const before = (await user.caller.usage.summary()).last24h;
  // As a kill leaves it: saved a second ago, not in the ledger, still reserved.
  await inTenant(app.db, user.tenantId, async (trx) => {
    await sql`update messages set outcome = null, prompt_tokens = 321, text = 'Herons nest' where id = ${messageId}`.execute(
      trx,
    );
    await sql`delete from usage_events where key = ${`answer:${messageId}`}`.execute(trx);
    const expires_at = new Date(Date.now() + HOUR_MS);
    const reservation = { user_id: user.userId, requests: 1, tokens: 9_000, expires_at };
    await putReservation(trx, { key: `answer:${messageId}`, ...reservation });
  });
  await maintain(app);
  const after = (await user.caller.usage.summary()).last24h;
  expect(after.requests).toBe(before.requests);
  expect(after.promptTokens).toBe(before.promptTokens - (eventsOf(got, "finished")[0]?.usage.promptTokens ?? 0) + 321);
  expect(after.completionTokens).toBeGreaterThan(0);
  expect(await reserved(user)).toEqual([]);
  const { conversationId = "" } = eventsOf(got, "started")[0] ?? {};
  const { items } = await user.caller.chat.messages({ conversationId });
  expect(items.at(-1)).toMatchObject({ outcome: "interrupted", usage: { promptTokens: 321 } });
});

test("what is over does not count: a day old, or another tenant's", async () => {
  const [user, other] = [await bounded({ requestsPerDay: 1 }), await bounded({})];
  await spend(user, 10, DAY_MS + 1_000);
  await spend(other, 10);
  expect(await refusalOf(askFor(user, { question: "One?" }))).toBe("let in");
});
