import { setTimeout as sleep } from "node:timers/promises";
import {
  createConversation,
  findConversation,
  findFile,
  findMessage,
  findMessageByRequest,
  findQuestion,
  inTenant,
  insertMessages,
  touchConversation,
  type MessageRow,
  type TenantDb,
} from "../../db/index.ts";
import { ChatEvent, type AskInput } from "../contract/chat.ts";
import { MessageId } from "../contract/ids.ts";
import { LIMITS } from "../contract/limits.ts";
import type { TenantContext } from "../context.ts";
import { hasReason, ReasonError } from "../errors.ts";
import { newId } from "../id.ts";
import { reserve } from "../quota.ts";
import { endAbandoned } from "./abandoned.ts";
import { openAnswerLog, readAnswerLog, watchWriter, type Logged } from "./answer-log.ts";
import { startAnswer } from "./answer.ts";
import type { NewAnswer } from "./compose.ts";
import { mostOf, spendingKey } from "./spending.ts";

/** An event with the id to resume behind it. */
export type Tracked = { id: string; event: ChatEvent };

/**
 * Answers a question: begins the answer, or joins the one that the same `requestId` began, and follows it from
 * `lastEventId` on. Leaving does not stop it. Throws `MODEL_NOT_ALLOWED`, `NOT_FOUND` (conversation or file),
 * `QUOTA_EXCEEDED`, `INVALID_INPUT` (a request id that asked something else), and `MODEL_UNAVAILABLE` or `MODEL_TIMEOUT` when the model failed before it said anything.
 */
export async function* ask(ctx: TenantContext, input: AskInput, signal: AbortSignal): AsyncGenerator<Tracked> {
  const resumed = parseEventId(input.lastEventId);
  const known = resumed
    ? await inTenant(ctx.app.db, ctx.tenantId, (trx) => findMessage(trx, ctx.userId, resumed.messageId))
    : undefined;
  if (signal.aborted) return;
  const messageId = known?.id ?? (await counted(ctx.app.beginning, beginOrJoin(ctx, input)));
  yield* follow(ctx, { messageId, afterSeq: known && resumed ? resumed.seq : 0 }, signal);
}

const eventId = (messageId: string, seq: number) => `${messageId}.${seq}`;
const parseEventId = (id: string | null | undefined) => {
  const [messageId, seq] = id?.split(".") ?? [];
  const parsed = MessageId.safeParse(messageId);
  return parsed.success && /^\d{1,9}$/.test(seq ?? "") ? { messageId: parsed.data, seq: Number(seq) } : undefined;
};

/** A closing process waits for what is in the set: an answer begun behind its back would be cut. */
const counted = async <T>(set: Set<unknown>, work: Promise<T>): Promise<T> => {
  set.add(work);
  try {
    return await work;
  } finally {
    set.delete(work);
  }
};

const beginOrJoin = async (ctx: TenantContext, input: AskInput): Promise<string> => {
  const { app, tenantId, userId } = ctx;
  const requestId = input.requestId ?? newId();
  const find = () =>
    inTenant(app.db, tenantId, async (trx) => {
      const message = await findMessageByRequest(trx, userId, requestId);
      if (message) await mustAskTheSame(trx, { message, input });
      return message?.id;
    });
  const running = input.requestId === undefined ? undefined : await find();
  const messageId = running ?? (await begin(ctx, { ...input, requestId })) ?? (await find());
  if (messageId === undefined) throw new ReasonError("NOT_FOUND");
  return messageId;
};

/** A request id stands for one question. */
const mustAskTheSame = async (trx: TenantDb, { message, input }: { message: MessageRow; input: AskInput }) => {
  const question = await findQuestion(trx, message);
  const { conversationId = message.conversation_id, model = message.model } = input;
  if (question?.text === input.question && conversationId === message.conversation_id && model === message.model)
    return;
  throw new ReasonError("INVALID_INPUT", { message: "This requestId was used for another question." });
};

type Beginning = AskInput & { requestId: string };
type Ids = Pick<NewAnswer, "conversationId" | "questionId" | "messageId" | "model">;

/** Stores a question and begins its answer; undefined when the same request did so a moment ago. */
const begin = async (ctx: TenantContext, input: Beginning): Promise<string | undefined> => {
  const { app, tenantId } = ctx;
  const model = input.model ?? app.model.chatModels[0];
  if (!app.model.chatModels.includes(model)) throw new ReasonError("MODEL_NOT_ALLOWED");
  const ids = { conversationId: input.conversationId ?? newId(), questionId: newId(), messageId: newId(), model };
  const { messageId } = ids;
  // Before the answer is stored: one that is there and that nobody writes is taken for abandoned.
  const log = await openAnswerLog(app, { tenantId, messageId });
  const { question, fileIds, conversationId } = input;
  try {
    await store(ctx, input, ids);
    await startAnswer(ctx, { ...ids, question, fileIds, first: conversationId === undefined }, log);
  } catch (error) {
    await log.close();
    if (error instanceof AlreadyBegun) return undefined;
    throw error;
  }
  return messageId;
};

/** The question and its empty answer. */
const store = (ctx: TenantContext, input: Beginning, { conversationId, questionId, messageId, model }: Ids) => {
  const { app, tenantId, userId } = ctx;
  const row = { conversation_id: conversationId, user_id: userId };
  return inTenant(app.db, tenantId, async (trx) => {
    for (const fileId of input.fileIds ?? []) if (!(await findFile(trx, fileId))) throw new ReasonError("NOT_FOUND");
    if (input.conversationId === undefined)
      await createConversation(trx, { id: conversationId, user_id: userId, title: titleOf(input.question) });
    else if (!(await findConversation(trx, userId, conversationId))) throw new ReasonError("NOT_FOUND");
    else await touchConversation(trx, userId, conversationId);
    const fresh = await insertMessages(trx, [
      { ...row, id: questionId, role: "user", text: input.question, request_id: null, model: null },
      { ...row, id: messageId, role: "assistant", text: "", request_id: input.requestId, model },
    ]);
    if (!fresh) throw new AlreadyBegun();
    // Last, for no other question of the tenant is let in until this one is.
    await reserve(trx, { key: spendingKey(messageId), userId, need: () => mostOf(app.config, input.question) });
  });
};

/** Rolls the transaction back: another call with the same request id was first. */
class AlreadyBegun extends Error {}

const titleOf = (question: string): string => {
  const line = question.replaceAll(/\s+/g, " ");
  const characters = Array.from(line);
  return characters.length > LIMITS.titleChars ? `${characters.slice(0, LIMITS.titleChars - 1).join("")}…` : line;
};

const LOOK_AGAIN_MS = 500;
/** So often the log of an answer that has ended is tried again while its store is away, which a busy moment looks like too. */
const MOST_TRIES = 6;

/** Follows the answer's log to its end. What the log does not tell, the stored message does, once the answer has ended. */
async function* follow(
  ctx: TenantContext,
  { messageId, afterSeq }: { messageId: string; afterSeq: number },
  signal: AbortSignal,
): AsyncGenerator<Tracked> {
  const answer = { tenantId: ctx.tenantId, messageId };
  const writer = watchWriter(ctx.app, answer);
  const leave = AbortSignal.any([signal, writer.gone]);
  let seq = afterSeq;
  let tries = 0;
  try {
    while (!signal.aborted) {
      let away = false;
      for await (const logged of readWhole(ctx, answer, { seq, signal: leave, onAway: () => (away = true) })) {
        seq = logged.seq;
        tries = 0;
        if (logged.event.type === "failed") throw new ReasonError(logged.event.reason as "MODEL_UNAVAILABLE");
        yield { id: eventId(messageId, seq), event: logged.event };
        if (logged.event.type === "finished" || signal.aborted) return;
      }
      if (signal.aborted) return;
      const message = await findEnded(ctx, messageId, writer.gone.aborted);
      if (message && !(away && tries++ < MOST_TRIES)) {
        for (const event of eventsOf(message)) yield { id: eventId(messageId, ++seq), event };
        return;
      }
      // It has not begun yet, or the log's store is away, or has lost what came before and is being filled again.
      await sleep(LOOK_AGAIN_MS, undefined, { signal }).catch(() => {});
    }
  } finally {
    writer.stop();
  }
}

/** What can be read of the log without a gap. */
async function* readWhole(
  { app }: TenantContext,
  answer: { tenantId: string; messageId: string },
  { seq, signal, onAway }: { seq: number; signal: AbortSignal; onAway: () => void },
): AsyncGenerator<Logged> {
  let last = seq;
  try {
    for await (const logged of readAnswerLog(app, answer, seq, signal)) {
      if (logged.seq !== ++last) return;
      yield logged;
    }
  } catch (error) {
    if (!hasReason(error, "SERVICE_UNAVAILABLE")) throw error;
    onAway();
  }
}

/** The message of an answer that has ended. One that nobody writes any more ends as interrupted. */
const findEnded = async (ctx: TenantContext, messageId: string, abandoned: boolean) => {
  const { app, tenantId, userId } = ctx;
  const message = await inTenant(app.db, tenantId, async (trx) => {
    if (abandoned) await endAbandoned(trx, messageId);
    return findMessage(trx, userId, messageId);
  });
  if (!message) throw new ReasonError("NOT_FOUND");
  return message.outcome === null ? undefined : message;
};

const eventsOf = (message: MessageRow): ChatEvent[] =>
  [
    { type: "started", conversationId: message.conversation_id, messageId: message.id, model: message.model ?? "" },
    { type: "sources", sources: message.sources },
    { type: "snapshot", text: message.text },
    ...message.citations.map((citation) => Object.assign({ type: "citation" }, citation)),
    {
      type: "finished",
      outcome: message.outcome,
      usage: { promptTokens: message.prompt_tokens ?? 0, completionTokens: message.completion_tokens ?? 0 },
    },
  ].map((event) => ChatEvent.parse(event));
