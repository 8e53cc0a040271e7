import {
  askTenant,
  findConversation,
  findMessage,
  inTenant,
  listConversations,
  listMessages,
  listRunningAnswers,
  rateMessage,
  recordAudit,
  removeConversation,
  renameConversation,
  type ConversationRow,
  type MessageRow,
} from "../../db/index.ts";
import {
  Message,
  type ListConversationsInput,
  type ListMessagesInput,
  type RateInput,
  type RenameInput,
} from "../contract/chat.ts";
import type { TenantContext } from "../context.ts";
import { ANSWERS_CANCELLED, stopAnswers } from "../answer-logs.ts";
import { ReasonError } from "../errors.ts";
import { newId } from "../id.ts";
import { endAbandoned } from "./abandoned.ts";
import { isBeingWritten } from "./answer-log.ts";

const toConversation = (row: ConversationRow) => ({
  id: row.id,
  title: row.title,
  createdAt: row.created_at,
  updatedAt: row.updated_at,
});

export const conversations = async (
  { app, tenantId, userId }: TenantContext,
  { cursor, limit }: ListConversationsInput,
) => {
  const [at, id] = cursor?.split("_") ?? [];
  const before = at !== undefined && id !== undefined ? { updatedAt: new Date(Number(at)), id } : undefined;
  const rows = await askTenant(app.db, tenantId, (trx) => listConversations(trx, userId, { before, limit: limit + 1 }));
  const last = rows.length > limit ? rows[limit - 1] : undefined;
  return {
    items: rows.slice(0, limit).map(toConversation),
    ...(last ? { nextCursor: `${last.updated_at.getTime()}_${last.id}` } : {}),
  };
};

const toMessage = (row: MessageRow) =>
  Message.parse({
    id: row.id,
    role: row.role,
    text: row.text,
    requestId: row.request_id,
    outcome: row.outcome,
    ...(row.cause ? { cause: row.cause } : {}),
    model: row.model,
    sources: row.sources,
    citations: row.citations,
    usage:
      row.outcome === null
        ? null
        : { promptTokens: row.prompt_tokens ?? 0, completionTokens: row.completion_tokens ?? 0 },
    rating: row.rating,
    createdAt: row.created_at,
  });

export const messages = async (
  { app, tenantId, userId }: TenantContext,
  { conversationId, cursor, limit }: ListMessagesInput,
) => {
  const page = { conversationId, after: cursor, limit: limit + 1 };
  const [conversation, rows] = await askTenant(app.db, tenantId, (trx) =>
    Promise.all([findConversation(trx, userId, conversationId), listMessages(trx, userId, page)]),
  );
  if (!conversation) throw new ReasonError("NOT_FOUND");
  const items = rows.slice(0, limit).map(toMessage);
  return { items, ...(rows.length > limit ? { nextCursor: items.at(-1)?.id } : {}) };
};

export const rename = async ({ app, tenantId, userId }: TenantContext, { conversationId, title }: RenameInput) => {
  const row = await inTenant(app.db, tenantId, (trx) => renameConversation(trx, userId, { id: conversationId, title }));
  if (!row) throw new ReasonError("NOT_FOUND");
  return toConversation(row);
};

export const remove = async (
  { app, tenantId, userId }: TenantContext,
  { conversationId }: { conversationId: string },
) => {
  const running = await inTenant(app.db, tenantId, async (trx) => {
    const answers = await listRunningAnswers(trx, { userId, conversationId });
    if (!(await removeConversation(trx, userId, conversationId))) throw new ReasonError("NOT_FOUND");
    await recordAudit(trx, { id: newId(), actor_id: userId, action: "conversation_removed", subject: conversationId });
    return answers;
  });
  await stopAnswers(app, running);
  return { ok: true } as const;
};

export const rate = async ({ app, tenantId, userId }: TenantContext, { messageId, rating, comment }: RateInput) => {
  const rated = await inTenant(app.db, tenantId, (trx) =>
    rateMessage(trx, userId, { id: messageId, rating, comment: comment ?? null }),
  );
  if (!rated) throw new ReasonError("NOT_FOUND");
  return { ok: true } as const;
};

/** Stops an answer, wherever it is being written; what it has said is kept. An answer that has ended stays as it is. */
export const cancel = async ({ app, tenantId, userId }: TenantContext, { messageId }: { messageId: string }) => {
  const message = await askTenant(app.db, tenantId, (trx) => findMessage(trx, userId, messageId));
  if (!message || message.role !== "assistant") throw new ReasonError("NOT_FOUND");
  const running = app.answers.get(messageId);
  if (running) {
    running.stop("cancelled");
    await running.done;
  } else if (message.outcome === null) {
    if (await isBeingWritten(app, { tenantId, messageId })) await app.keyValue.publish(ANSWERS_CANCELLED, messageId);
    else await inTenant(app.db, tenantId, (trx) => endAbandoned(trx, messageId));
  }
  return { ok: true } as const;
};
