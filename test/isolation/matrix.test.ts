import { callTRPCProcedure, getTRPCErrorFromUnknown, type AnyTRPCProcedure } from "@trpc/server";
import { describe, expect, test } from "vitest";
import { z } from "zod";
import type { Reason } from "../../server/contract/errors.ts";
import type { RequestContext } from "../../server/context.ts";
import { fromTrpcError } from "../../server/trpc.ts";
import { appRouter } from "../../server/router.ts";
import { contextOf, sharedApp } from "../support/app.ts";
import { makePeople, propertyOf, type Ids } from "./people.ts";

/** What comes of naming something of the victim's: a refusal, or an answer that shows it, or one with nothing of theirs. */
type Outcome = Reason | "shown" | "nothing";
type Attacker = "stranger" | "colleague" | "boss";
type Foreign = Partial<Record<Attacker, Outcome>>;

/** A user's own, closed even to the tenant's admin. */
const PRIVATE: Foreign = { stranger: "NOT_FOUND", colleague: "NOT_FOUND", boss: "NOT_FOUND" };
/** The tenant's. */
const SHARED: Foreign = { stranger: "NOT_FOUND", colleague: "shown", boss: "shown" };
/** Only a place in the caller's own list, or the caller's own name for something. */
const OWN_LIST: Foreign = { stranger: "nothing", colleague: "nothing", boss: "nothing" };
/** An admin's to name, within the tenant. */
const MEMBERS: Foreign = { stranger: "NOT_FOUND", colleague: "FORBIDDEN" };

type Row = {
  for: "anyone" | "member" | "admin";
  /** A right input that has every field. */
  input?: (own: Ids) => Record<string, unknown>;
  /** The fields that name something, and what comes of the victim's name there. */
  foreign?: Record<string, Foreign>;
};

const ROWS: Record<string, Row> = {
  "auth.requestCode": {
    for: "anyone",
    input: ({ email }) => ({ email }),
    foreign: { email: { stranger: "nothing" } },
  },
  "auth.verifyCode": {
    for: "anyone",
    input: ({ challengeId }) => ({ challengeId, code: "000000" }),
    foreign: { challengeId: { stranger: "CODE_INVALID", colleague: "CODE_INVALID" } },
  },
  "auth.me": { for: "member" },
  "auth.signOut": { for: "member" },
  "auth.sessions": { for: "member" },
  "auth.revokeSession": {
    for: "member",
    input: ({ sessionId }) => ({ sessionId }),
    foreign: { sessionId: PRIVATE },
  },
  "files.list": {
    for: "member",
    input: ({ fileId }) => ({ cursor: fileId }),
    foreign: { cursor: { stranger: "nothing" } },
  },
  "files.get": { for: "member", input: ({ fileId }) => ({ fileId }), foreign: { fileId: SHARED } },
  "files.remove": {
    for: "member",
    input: ({ fileId }) => ({ fileId }),
    foreign: { fileId: { stranger: "NOT_FOUND", colleague: "FORBIDDEN" } },
  },
  "files.retry": {
    for: "member",
    input: ({ fileId }) => ({ fileId }),
    foreign: { fileId: { stranger: "NOT_FOUND", colleague: "INVALID_INPUT", boss: "INVALID_INPUT" } },
  },
  "files.watch": {
    for: "member",
    input: ({ fileId }) => ({ fileId, lastEventId: fileId }),
    foreign: { fileId: SHARED, lastEventId: { stranger: "nothing" } },
  },
  "files.page": { for: "member", input: ({ fileId }) => ({ fileId, page: 1 }), foreign: { fileId: SHARED } },
  "files.search": {
    for: "member",
    input: ({ fileId }) => ({ query: "When was it weighed?", fileIds: [fileId] }),
    foreign: { fileIds: { stranger: "nothing", colleague: "shown", boss: "shown" } },
  },
  "chat.ask": {
    for: "member",
    input: ({ conversationId, fileId, messageId, requestId }) => ({
      question: "When was the element weighed?",
      conversationId,
      fileIds: [fileId],
      lastEventId: `${messageId}.0`,
      requestId,
    }),
    foreign: {
      conversationId: PRIVATE,
      fileIds: SHARED,
      lastEventId: OWN_LIST,
      requestId: OWN_LIST,
    },
  },
  "chat.cancel": { for: "member", input: ({ messageId }) => ({ messageId }), foreign: { messageId: PRIVATE } },
  "chat.conversations": {
    for: "member",
    input: ({ conversationId }) => ({ cursor: `${Date.now() + 60_000}_${conversationId}` }),
    foreign: { cursor: OWN_LIST },
  },
  "chat.messages": {
    for: "member",
    input: ({ conversationId, messageId }) => ({ conversationId, cursor: messageId }),
    foreign: { conversationId: PRIVATE, cursor: OWN_LIST },
  },
  "chat.rename": {
    for: "member",
    input: ({ conversationId }) => ({ conversationId, title: "Mine now" }),
    foreign: { conversationId: PRIVATE },
  },
  "chat.remove": {
    for: "member",
    input: ({ conversationId }) => ({ conversationId }),
    foreign: { conversationId: PRIVATE },
  },
  "chat.rate": {
    for: "member",
    input: ({ messageId }) => ({ messageId, rating: "down" }),
    foreign: { messageId: PRIVATE },
  },
  "usage.summary": { for: "member" },
  "usage.series": { for: "member", input: () => ({ days: 2 }) },
  "admin.members": { for: "admin" },
  "admin.setRole": {
    for: "admin",
    input: ({ userId }) => ({ userId, role: "admin" }),
    foreign: { userId: MEMBERS },
  },
  "admin.removeMember": { for: "admin", input: ({ userId }) => ({ userId }), foreign: { userId: MEMBERS } },
  "admin.invitations": { for: "admin" },
  // Before `admin.invite`, by which the stranger comes to have an invitation of that address.
  "admin.uninvite": { for: "admin", input: ({ email }) => ({ email }), foreign: { email: MEMBERS } },
  "admin.invite": {
    for: "admin",
    input: ({ email }) => ({ email, role: "admin" }),
    foreign: { email: { stranger: "nothing", colleague: "FORBIDDEN" } },
  },
  "admin.quotas": { for: "admin" },
  "admin.setQuotas": {
    for: "admin",
    input: () => ({ requestsPerDay: 1, tokensPerDay: 1, files: 1, bytes: 1 }),
  },
  "admin.usageByMember": { for: "admin" },
  "admin.audit": {
    for: "admin",
    input: ({ sessionId }) => ({ cursor: sessionId }),
    foreign: { cursor: { stranger: "nothing", colleague: "FORBIDDEN" } },
  },
};

const app = await sharedApp();
const people = await makePeople(app);
const { victim, boss, stranger } = people;
const before = await propertyOf(victim, boss);

/** By path, as tRPC keeps them: its type nests them by router. */
const procedures = appRouter._def.procedures as unknown as Record<string, AnyTRPCProcedure>;
const rows = Object.entries(ROWS);

/** The fields of a procedure's input that name something, by the schema. */
const namesIn = (path: string): { all: string[]; required: string[] } => {
  const [schema] = (procedures[path]?._def as { inputs?: unknown[] } | undefined)?.inputs ?? [];
  if (!(schema instanceof z.ZodType)) return { all: [], required: [] };
  const { properties = {}, required = [] } = z.toJSONSchema(schema, { io: "input", unrepresentable: "any" });
  const all = Object.keys(properties).filter(
    (name) => /(Ids?|cursor|email)$/.test(name) || JSON.stringify(properties[name]).includes('"uuid"'),
  );
  return { all, required: all.filter((name) => required.includes(name)) };
};

type Caller = Pick<RequestContext, "accessToken" | "tenantSlug">;

/** What the call answers, as text with all events of a subscription; throws the reason's error. */
const call = async (path: string, caller: Caller, input: unknown): Promise<string> => {
  const { type } = procedures[path]?._def ?? {};
  if (!type) throw new Error(`${path} is no procedure`);
  // A watcher of all files would stay for ever.
  const signal = AbortSignal.timeout(path === "files.watch" ? 300 : 20_000);
  const what = { router: appRouter, path, type, signal, batchIndex: 0, getRawInput: async () => input };
  const result: unknown = await callTRPCProcedure({ ...what, ctx: contextOf(app.app, caller) });
  return JSON.stringify(type === "subscription" ? await Array.fromAsync(result as AsyncIterable<unknown>) : result);
};

const reasonOf = (error: unknown): Reason => fromTrpcError(getTRPCErrorFromUnknown(error)).reason;
const refusal = (path: string, caller: Caller, input: unknown): Promise<Reason | "none"> =>
  call(path, caller, input).then(() => "none" as const, reasonOf);

describe("every procedure", () => {
  test("has a row here, which knows its fields that name something", () => {
    expect(Object.keys(ROWS).toSorted()).toEqual(Object.keys(procedures).toSorted());
    for (const [path, { foreign = {}, input }] of rows) {
      expect([path, Object.keys(foreign).toSorted()]).toEqual([path, namesIn(path).all.toSorted()]);
      expect(Object.keys(input?.(victim.ids) ?? {})).toEqual(expect.arrayContaining(Object.keys(foreign)));
    }
  });
});

describe.for(rows.filter(([, row]) => row.for !== "anyone"))("%s is refused", ([path, row]) => {
  const input = row.input?.(victim.ids);
  const { accessToken, tenant } = victim;

  test.for<[who: string, caller: Caller, reason: Reason]>([
    ["without a token", { accessToken: undefined, tenantSlug: tenant }, "NOT_SIGNED_IN"],
    ["with the token of an ended session", { accessToken: people.revoked, tenantSlug: tenant }, "SESSION_REVOKED"],
    ["to a call for another tenant", { accessToken, tenantSlug: stranger.tenant }, "TENANT_MISMATCH"],
    ...(row.for === "admin"
      ? [["to a member", { accessToken, tenantSlug: tenant }, "FORBIDDEN"] satisfies [string, Caller, Reason]]
      : []),
  ])("%s", async ([, caller, reason]) => {
    expect(await refusal(path, caller, input)).toBe(reason);
  });
});

/** What the answer may not hold: nothing of another tenant's user at all, and of a colleague's nothing private. */
const secretsFrom = (attacker: Attacker): string[] => {
  const { conversationId, messageId, requestId, sessionId } = victim.ids;
  return attacker === "stranger"
    ? [...Object.values(victim.ids), victim.secret, victim.tenantId]
    : [conversationId, messageId, requestId, sessionId];
};

/** A right input of the attacker's in which one field names what is the victim's; other names only where they must be. */
const forged = (path: string, { field, attacker }: { field: string; attacker: Attacker }): Record<string, unknown> => {
  const input = (ids: Ids): Record<string, unknown> => ROWS[path]?.input?.(ids) ?? {};
  const { all, required } = namesIn(path);
  const own = Object.entries(input(people[attacker].ids));
  const kept = own.filter(([name]) => !all.includes(name) || required.includes(name));
  return { ...Object.fromEntries(kept), [field]: input(victim.ids)[field] };
};

const cells = rows.flatMap(([path, { foreign = {} }]) =>
  Object.entries(foreign).flatMap(([field, outcomes]) =>
    Object.entries(outcomes).map(([attacker, outcome]) => ({
      path,
      field,
      attacker: attacker as Attacker,
      outcome,
    })),
  ),
);

test.for(cells)(
  "$path with the victim's $field: $attacker gets $outcome",
  async ({ path, field, attacker, outcome }) => {
    const { accessToken, tenant: tenantSlug } = people[attacker];
    const input = forged(path, { field, attacker });
    if (outcome !== "shown" && outcome !== "nothing")
      return expect(await refusal(path, { accessToken, tenantSlug }, input)).toBe(outcome);
    const answer = await call(path, { accessToken, tenantSlug }, input);
    if (outcome === "shown") return expect(answer).toContain(victim.secret);
    const said = JSON.stringify(input);
    for (const secret of secretsFrom(attacker).filter((text) => !said.includes(text)))
      expect(answer).not.toContain(secret);
  },
);

test("after all of it, everything of the victim's is as it was", async () => {
  expect(await propertyOf(victim, boss)).toEqual(before);
});
