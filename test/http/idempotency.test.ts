import { callTRPCProcedure, type AnyTRPCProcedure } from "@trpc/server";
import { sql } from "kysely";
import { afterEach, expect, test, vi } from "vitest";
import { claimKey, inTenant, releaseKey } from "../../db/index.ts";
import { ErrorBody } from "../../server/contract/errors.ts";
import { newId } from "../../server/id.ts";
import { once } from "../../server/idempotency.ts";
import { appRouter } from "../../server/router.ts";
import { authenticate } from "../../server/auth/authenticate.ts";
import { contextOf, startTestApp, type TestUser } from "../support/app.ts";
import { askFor } from "../support/chat.ts";
import { makePdf } from "../support/pdf.ts";

/** Five hundred, in the long form. */
const ROUNDS = Number(process.env["IDEMPOTENCY_ROUNDS"] ?? 10);
const AT_ONCE = 5;

const shared = await startTestApp();
const { app } = shared;
const user = await shared.signIn();

type Answer = { status: number; body: Record<string, unknown> };

const post = async (path: string, body: unknown, key: string | undefined, by = user): Promise<Answer> => {
  const json = !(body instanceof FormData);
  const response = await fetch(`${shared.url}${path}`, {
    method: "POST",
    headers: {
      authorization: `Bearer ${by.accessToken}`,
      ...(json ? { "content-type": "application/json" } : {}),
      ...(key === undefined ? {} : { "idempotency-key": key }),
    },
    body: json ? JSON.stringify(body) : body,
  });
  return { status: response.status, body: (await response.json()) as Record<string, unknown> };
};
const call = (path: string, input: unknown, key: string | undefined, by = user) =>
  post(`/trpc/${path}`, input, key, by);

const audited = async (action: string): Promise<number> =>
  (await user.caller.admin.audit({ limit: 100 })).items.filter((entry) => entry.action === action).length;

const contextOfUser = async ({ accessToken }: TestUser) => ({
  ...(await authenticate(app, { accessToken, tenantSlug: undefined })),
  app,
  requestId: newId(),
  client: { address: "test", userAgent: null },
});
const ctx = await contextOfUser(user);

afterEach(() => {
  vi.useRealTimers();
});

test("of five calls with one key at once, one is carried out, and all get its answer", async () => {
  let effects = 0;
  for (let round = 0; round < ROUNDS; round++) {
    const key = newId();
    const answers = await Promise.all(
      Array.from({ length: AT_ONCE }, () =>
        once(ctx, { key, parameters: { round } }, async () => {
          await new Promise((resolve) => setTimeout(resolve, 5));
          effects += 1;
          return `answer ${round}`;
        }),
      ),
    );
    expect(new Set(answers)).toEqual(new Set([`answer ${round}`]));
  }
  expect(effects).toBe(ROUNDS);
});

test("over HTTP, a change that is sent five times with one key is made once; without a key, five times", async () => {
  const send = (email: string, key: string | undefined) =>
    Promise.all(Array.from({ length: AT_ONCE }, () => call("admin.invite", { email }, key)));
  const before = await audited("invited");
  const answers = await send("once@example.org", newId());
  expect(new Set(answers.map(({ status, body }) => `${status} ${JSON.stringify(body)}`)).size).toBe(1);
  expect(answers[0]?.status).toBe(200);
  expect((await audited("invited")) - before).toBe(1);
  await send("often@example.org", undefined);
  expect((await audited("invited")) - before).toBe(1 + AT_ONCE);
});

test("an answer with dates comes back as it was", async () => {
  const [, conversation] = [
    await askFor(user, { question: "What is it called?" }),
    (await user.caller.chat.conversations({})).items[0],
  ];
  const rename = (key: string) => call("chat.rename", { conversationId: conversation?.id, title: "Herons" }, key);
  const key = newId();
  const first = await rename(key);
  await user.caller.chat.rename({ conversationId: conversation?.id ?? "", title: "Other" });
  expect(await rename(key)).toEqual(first);
  expect(JSON.stringify(first.body)).toContain('"createdAt":["Date"]');
  expect((await user.caller.chat.conversations({})).items[0]?.title).toBe("Other");
});

test("the same key with other parameters, or for another procedure, is refused", async () => {
  const key = newId();
  await call("admin.invite", { email: "a@example.org", role: "member" }, key);
  // The order of the members is no difference.
  expect((await call("admin.invite", { role: "member", email: "a@example.org" }, key)).status).toBe(200);
  for (const [path, input] of [
    ["admin.invite", { email: "b@example.org", role: "member" }],
    ["admin.uninvite", { email: "a@example.org" }],
  ] as const)
    expect(await call(path, input, key)).toMatchObject({
      status: 400,
      body: { error: { json: { message: "This idempotency key was used with other parameters." } } },
    });
});

test("a key is one user's: another's call with it is a call of its own", async () => {
  const key = newId();
  const [other, stranger] = [await shared.signIn({ tenant: user.tenant }), await shared.signIn()];
  await call("admin.invite", { email: "c@example.org" }, key);
  expect((await call("admin.invite", { email: "c@example.org" }, key, other)).status).toBe(403);
  await call("admin.invite", { email: "d@example.org" }, key, stranger);
  expect((await stranger.caller.admin.invitations()).items.map(({ email }) => email)).toEqual(["d@example.org"]);
});

test.for(["short", "with a space", "ümlaut-key", "x".repeat(129)])("a key that is none is refused: %s", async (key) => {
  const work = () => Promise.resolve("");
  await expect(once(ctx, { key, parameters: {} }, work)).rejects.toMatchObject({ reason: "INVALID_INPUT" });
  expect(await once(ctx, { key: `"${newId()}"`, parameters: {} }, work)).toBe("");
});

test("a call that failed is carried out by the next one with its key", async () => {
  const key = newId();
  const input = { email: "never-invited@example.org" };
  expect((await call("admin.uninvite", input, key)).status).toBe(404);
  await user.caller.admin.invite(input);
  expect((await call("admin.uninvite", input, key)).status).toBe(200);
});

test("a first call that died is waited for no longer than calls take, and then taken over", async () => {
  const key = newId();
  const begun = Promise.withResolvers<void>();
  const died = once(ctx, { key, parameters: "p" }, () => {
    begun.resolve();
    return new Promise(() => {});
  });
  died.catch(() => {});
  await begun.promise;
  const age = (column: "held_until" | "created_at", seconds: number) =>
    inTenant(app.db, user.tenantId, (trx) =>
      sql`update idempotency_keys set ${sql.ref(column)} = now() - make_interval(secs => ${seconds})
        where key = ${key}`.execute(trx),
    );
  let second = "";
  const retried = once(ctx, { key, parameters: "p" }, async () => "second").then((answer) => (second = answer));
  await new Promise((resolve) => setTimeout(resolve, 100));
  expect(second).toBe("");
  await age("held_until", 1);
  expect(await retried).toBe("second");
  expect(await once(ctx, { key, parameters: "p" }, async () => "third")).toBe("second");
  // After a day the key is as if it had not been.
  await age("created_at", 24 * 3_600 + 1);
  expect(await once(ctx, { key, parameters: "other" }, async () => "fourth")).toBe("fourth");
});

test("who waits for a first call that does not end is told so after a while", async () => {
  const key = newId();
  const [begun, goOn] = [Promise.withResolvers<void>(), Promise.withResolvers<string>()];
  const first = once(ctx, { key, parameters: "p" }, () => {
    begun.resolve();
    return goOn.promise;
  });
  await begun.promise;
  const refused = expect(once(ctx, { key, parameters: "p" }, async () => "second")).rejects.toMatchObject({
    reason: "SERVICE_UNAVAILABLE",
  });
  vi.useFakeTimers({ toFake: ["Date"] });
  vi.setSystemTime(Date.now() + 21_000);
  await refused;
  goOn.resolve("first");
  expect(await first).toBe("first");
});

test("a key that is let go while another call looks at it is still that call's to wait for", async () => {
  const call = { userId: user.userId, key: newId(), fingerprint: "f", holder: newId() };
  const times = { holdMs: 60_000, keepMs: 60_000 };
  await inTenant(app.db, user.tenantId, async (trx) => {
    expect(await claimKey(trx, call, times)).toEqual({ state: "first" });
    const { tenantId, embedded } = trx;
    const seenLate = trx.withPlugin({
      transformQuery: ({ node }) => node,
      transformResult: async ({ result }) => {
        await releaseKey(trx, call);
        return result;
      },
    });
    const late = Object.assign(seenLate, { tenantId, embedded });
    expect(await claimKey(late, { ...call, holder: newId() }, times)).toEqual({ state: "running" });
    expect(await claimKey(trx, call, times)).toEqual({ state: "first" });
  });
});

test("an upload that is sent five times with one key is one file, and answered each time as the first", async () => {
  const bytes = await makePdf(["Sent five times."]);
  const form = (name = "five.pdf") => {
    const body = new FormData();
    body.append("file", new Blob([new Uint8Array(bytes)], { type: "application/pdf" }), name);
    return body;
  };
  const key = newId();
  const answers = await Promise.all(Array.from({ length: AT_ONCE }, () => post("/v1/files", form(), key)));
  expect(new Set(answers.map(({ body }) => body["id"])).size).toBe(1);
  expect(answers.map(({ status }) => status)).toEqual(Array.from({ length: AT_ONCE }, () => 201));
  expect((await post("/v1/files", form(), undefined)).body).toMatchObject({ deduplicated: true });
  const other = await post("/v1/files", form("other.pdf"), key);
  expect(ErrorBody.parse(other.body).error).toMatchObject({ reason: "INVALID_INPUT" });
});

test("a request id stands for one question: another under it is refused", async () => {
  const input = { question: "What is a heron?", requestId: newId() };
  const first = await askFor(user, input);
  expect(await askFor(user, input)).toEqual(first);
  await expect(askFor(user, { ...input, question: "What is a crane?" })).rejects.toMatchObject({
    reason: "INVALID_INPUT",
  });
});

test("over HTTP, a question may be named by the header", async () => {
  const key = newId();
  const ask = async (question: string) => {
    const response = await fetch(`${shared.url}/v1/chat`, {
      method: "POST",
      headers: {
        authorization: `Bearer ${user.accessToken}`,
        "content-type": "application/json",
        "idempotency-key": key,
      },
      body: JSON.stringify({ question }),
    });
    return { status: response.status, text: await response.text() };
  };
  const [one, two] = [await ask("What is a grebe?"), await ask("What is a grebe?")];
  expect(one.status).toBe(200);
  expect(two.text).toBe(one.text);
  expect((await ask("What is a coot?")).status).toBe(400);
});

test("every procedure that changes something for a signed-in user knows keys", async () => {
  const procedures = appRouter._def.procedures as unknown as Record<string, AnyTRPCProcedure>;
  const changing = Object.keys(procedures).filter((path) => procedures[path]?._def.type === "mutation");
  const keyed = changing.filter((path) => !["auth.requestCode", "auth.verifyCode"].includes(path));
  expect(keyed.length).toBeGreaterThan(10);
  const context = contextOf(app, { accessToken: user.accessToken, idempotencyKey: "no key" });
  for (const path of keyed) {
    const what = { router: appRouter, path, type: "mutation", signal: undefined, batchIndex: 0 } as const;
    const called = callTRPCProcedure({ ...what, ctx: context, getRawInput: async () => ({}) });
    await expect(called, path).rejects.toThrow("The idempotency key has");
  }
});
