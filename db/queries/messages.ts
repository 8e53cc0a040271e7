import { sql, type Selectable } from "kysely";
import { json } from "../json.ts";
import { PLANNED_ONCE } from "../planned-once.ts";
import type { Messages, StoredCause, StoredOutcome } from "../schema.ts";
import type { TenantDb } from "../tenancy.ts";
import { holdFiles } from "./message-files.ts";

export type MessageRow = Selectable<Messages>;

/** Messages belong to the user of their conversation. */
const messages = (trx: TenantDb, userId: string) =>
  trx.selectFrom("messages").selectAll().where("tenant_id", "=", trx.tenantId).where("user_id", "=", userId);

export const findMessage = (trx: TenantDb, userId: string, id: string): Promise<MessageRow | undefined> =>
  messages(trx, userId).where("id", "=", id).executeTakeFirst();

/** An answer of the user; a question is none. */
export const findAnswer = (trx: TenantDb, userId: string, id: string): Promise<MessageRow | undefined> =>
  messages(trx, userId).where("id", "=", id).where("role", "=", "assistant").executeTakeFirst();

/** The answer that a request began, if it has begun one. */
export const findMessageByRequest = (
  trx: TenantDb,
  userId: string,
  requestId: string,
): Promise<MessageRow | undefined> => messages(trx, userId).where("request_id", "=", requestId).executeTakeFirst();

/** The question that an answer is the answer to. */
export const findQuestion = (trx: TenantDb, answer: MessageRow): Promise<MessageRow | undefined> =>
  messages(trx, answer.user_id)
    .where("conversation_id", "=", answer.conversation_id)
    .where("role", "=", "user")
    .where("id", "<", answer.id)
    .orderBy("id", "desc")
    .limit(1)
    .executeTakeFirst();

/** In order, `limit` of those after the message `after`. */
export const listMessages = (
  trx: TenantDb,
  userId: string,
  { conversationId, after, limit }: { conversationId: string; after?: string | undefined; limit: number },
): Promise<MessageRow[]> =>
  messages(trx, userId)
    .where("conversation_id", "=", conversationId)
    .$call((query) => (after === undefined ? query : query.where("id", ">", after)))
    .orderBy("id")
    .limit(limit)
    .execute();

/** The newest `limit` messages of a conversation before one of them, oldest first. */
export const listHistory = async (
  trx: TenantDb,
  userId: string,
  page: { conversationId: string; before: string; limit: number },
): Promise<MessageRow[]> => {
  const rows = await messages(trx, userId)
    .where("conversation_id", "=", page.conversationId)
    .where("id", "<", page.before)
    .orderBy("id", "desc")
    .limit(page.limit)
    .execute();
  return rows.reverse();
};

type NewMessage = Pick<MessageRow, "id" | "conversation_id" | "user_id" | "role" | "text" | "request_id" | "model">;

/** False when the request has begun an answer already; then nothing of the new messages is kept. */
export const insertMessages = async (trx: TenantDb, rows: NewMessage[]): Promise<boolean> => {
  const stored = await trx
    .insertInto("messages")
    .values(rows.map((row) => ({ ...row, tenant_id: trx.tenantId, sources: json([]), citations: json([]) })))
    .onConflict((conflict) => conflict.columns(["tenant_id", "user_id", "request_id"]).doNothing())
    .returning("id")
    .modifyEnd(PLANNED_ONCE)
    .execute();
  return stored.length === rows.length;
};

export type AnswerSoFar = { text: string; sources: unknown[]; citations: unknown[]; promptTokens: number };

/** The files that an answer's sources are from. */
const filesOf = ({ sources }: Pick<AnswerSoFar, "sources">): string[] =>
  (sources as { fileId?: string }[]).flatMap(({ fileId }) => fileId ?? []);

/**
 * Keeps what running answers have said, without the text of removed files. One that is being ended or removed at this
 * moment is left out. Its statements are sent at once.
 */
export const saveAnswers = async (trx: TenantDb, answers: (AnswerSoFar & { id: string })[]): Promise<void> => {
  await Promise.all([holdFiles(trx, [...new Set(answers.flatMap(filesOf))]), updateRunning(trx, answers)]);
};

const updateRunning = async (trx: TenantDb, answers: (AnswerSoFar & { id: string })[]): Promise<void> => {
  const column = <T>(read: (answer: AnswerSoFar & { id: string }) => T) => answers.map(read);
  await sql`
    with running as (
      select id from messages
      where tenant_id = ${trx.tenantId} and id = any(${column(({ id }) => id)}::uuid[]) and outcome is null
      for no key update skip locked
    )
    update messages
    set text = said.text, sources = said.sources::jsonb, citations = said.citations::jsonb, prompt_tokens = said.prompt_tokens
    from unnest(
      ${column(({ id }) => id)}::uuid[], ${column(({ text }) => text)}::text[],
      ${column(({ sources }) => JSON.stringify(sources))}::text[],
      ${column(({ citations }) => JSON.stringify(citations))}::text[],
      ${column(({ promptTokens }) => promptTokens)}::int[]) as said (id, text, sources, citations, prompt_tokens)
    where messages.tenant_id = ${trx.tenantId} and messages.id = said.id and messages.id in (select id from running)`.execute(
    trx,
  );
};

export type FinishedAnswer = Partial<AnswerSoFar> & {
  outcome: StoredOutcome;
  cause?: StoredCause;
  completionTokens?: number;
};

/**
 * Ends a running answer, without the text of removed files; undefined when it has ended already. Its statements are
 * sent at once.
 */
export const finishAnswer = async (
  trx: TenantDb,
  id: string,
  answer: FinishedAnswer,
): Promise<MessageRow | undefined> => {
  const { sources = [] } = answer;
  const [, ended] = await Promise.all([holdFiles(trx, filesOf({ sources })), endRunning(trx, id, answer)]);
  return ended;
};

const endRunning = (trx: TenantDb, id: string, answer: FinishedAnswer): Promise<MessageRow | undefined> =>
  trx
    .updateTable("messages")
    .set({
      outcome: answer.outcome,
      cause: answer.cause ?? null,
      ...(answer.text === undefined ? {} : { text: answer.text }),
      ...(answer.sources ? { sources: json(answer.sources) } : {}),
      ...(answer.citations ? { citations: json(answer.citations) } : {}),
      prompt_tokens: answer.promptTokens ?? 0,
      completion_tokens: answer.completionTokens ?? 0,
    })
    .where("tenant_id", "=", trx.tenantId)
    .where("id", "=", id)
    .where("outcome", "is", null)
    .returningAll()
    .executeTakeFirst();

/** An answer without an outcome, which nobody else can end until the transaction has. */
export const holdRunningAnswer = (trx: TenantDb, id: string): Promise<MessageRow | undefined> =>
  trx
    .selectFrom("messages")
    .selectAll()
    .where("tenant_id", "=", trx.tenantId)
    .where("id", "=", id)
    .where("role", "=", "assistant")
    .where("outcome", "is", null)
    .forUpdate()
    .executeTakeFirst();

type OfUser = { userId?: string; conversationId?: string };

/** Answers without an outcome, of all users or of one: running ones, and those whose producer died. */
export const listRunningAnswers = async (trx: TenantDb, { userId, conversationId }: OfUser = {}): Promise<string[]> => {
  const rows = await trx
    .selectFrom("messages")
    .select("id")
    .where("tenant_id", "=", trx.tenantId)
    .where("role", "=", "assistant")
    .where("outcome", "is", null)
    .$if(userId !== undefined, (query) => query.where("user_id", "=", userId ?? ""))
    .$if(conversationId !== undefined, (query) => query.where("conversation_id", "=", conversationId ?? ""))
    .execute();
  return rows.map((row) => row.id);
};

export const rateMessage = async (
  trx: TenantDb,
  userId: string,
  rate: { id: string; rating: "up" | "down" | null; comment: string | null },
): Promise<boolean> => {
  const result = await trx
    .updateTable("messages")
    .set({ rating: rate.rating, comment: rate.comment })
    .where("tenant_id", "=", trx.tenantId)
    .where("user_id", "=", userId)
    .where("id", "=", rate.id)
    .where("role", "=", "assistant")
    .executeTakeFirst();
  return result.numUpdatedRows > 0n;
};
