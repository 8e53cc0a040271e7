import type { AnyTRPCProcedure } from "@trpc/server";
import { z } from "zod";
import type { Reason } from "../../server/contract/errors.ts";
import { appRouter } from "../../server/router.ts";
import type { Ids } from "./people.ts";

/** What comes of naming something of the victim's: a refusal, or an answer that shows it, or one with nothing of theirs. */
export type Outcome = Reason | "shown" | "nothing";
export type Attacker = "stranger" | "colleague" | "boss";
type Foreign = Partial<Record<Attacker, Outcome>>;

/** A user's own, closed even to the tenant's admin. */
const PRIVATE: Foreign = { stranger: "NOT_FOUND", colleague: "NOT_FOUND", boss: "NOT_FOUND" };
/** The tenant's. */
const SHARED: Foreign = { stranger: "NOT_FOUND", colleague: "shown", boss: "shown" };
/** Only a place in the caller's own list, or the caller's own name for something. */
const OWN_LIST: Foreign = { stranger: "nothing", colleague: "nothing", boss: "nothing" };
/** An admin's to name, within the tenant. */
const MEMBERS: Foreign = { stranger: "NOT_FOUND", colleague: "FORBIDDEN" };
/** A place in a list of the caller's tenant, for its admins. */
const MEMBER_LIST: Foreign = { stranger: "nothing", colleague: "FORBIDDEN" };

export type Row = {
  for: "anyone" | "member" | "admin";
  /** A right input that has every field. */
  input?: (own: Ids) => Record<string, unknown>;
  /** The fields that name something, and what comes of the victim's name there. */
  foreign?: Record<string, Foreign>;
};

export const ROWS: Record<string, Row> = {
  "auth.requestCode": {
    for: "anyone",
    input: ({ email }) => ({ email }),
    foreign: { email: { stranger: "nothing" } },
  },
  "auth.verifyCode": {
    for: "anyone",
    input: ({ challengeId }) => ({ challengeId, code: "000000" }),
    foreign: { challengeId: { stranger: "TENANT_MISMATCH", colleague: "CODE_INVALID" } },
  },
  "auth.me": { for: "member" },
  "auth.signOut": { for: "member" },
  "auth.sessions": {
    for: "member",
    input: ({ sessionId }) => ({ cursor: sessionId }),
    foreign: { cursor: OWN_LIST },
  },
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
  "files.retryFailed": { for: "member" },
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
      lastEventId: PRIVATE,
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
  "admin.members": { for: "admin", input: ({ userId }) => ({ cursor: userId }), foreign: { cursor: MEMBER_LIST } },
  "admin.setRole": {
    for: "admin",
    input: ({ userId }) => ({ userId, role: "admin" }),
    foreign: { userId: MEMBERS },
  },
  "admin.removeMember": { for: "admin", input: ({ userId }) => ({ userId }), foreign: { userId: MEMBERS } },
  "admin.invitations": { for: "admin", input: ({ email }) => ({ cursor: email }), foreign: { cursor: MEMBER_LIST } },
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
  "admin.usageByMember": {
    for: "admin",
    input: ({ userId }) => ({ cursor: userId }),
    foreign: { cursor: MEMBER_LIST },
  },
  "admin.audit": {
    for: "admin",
    input: ({ sessionId }) => ({ cursor: sessionId }),
    foreign: { cursor: MEMBER_LIST },
  },
};

/** By path, as tRPC keeps them: its type nests them by router. */
export const procedures = appRouter._def.procedures as unknown as Record<string, AnyTRPCProcedure>;
/** The fields of a procedure's input that name something, by the schema. */
export const namesIn = (path: string): { all: string[]; required: string[] } => {
  const [schema] = (procedures[path]?._def as { inputs?: unknown[] } | undefined)?.inputs ?? [];
  if (!(schema instanceof z.ZodType)) return { all: [], required: [] };
  const { properties = {}, required = [] } = z.toJSONSchema(schema, { io: "input", unrepresentable: "any" });
  const all = Object.keys(properties).filter(
    (name) => /(Ids?|cursor|email)$/.test(name) || JSON.stringify(properties[name]).includes('"uuid"'),
  );
  return { all, required: all.filter((name) => required.includes(name)) };
};
