import {
  askTenant,
  createConversation,
  findAnswer,
  findFile,
  findMessageByRequest,
  findQuestion,
  hasReadyFile,
  inTenant,
  insertMessages,
  touchConversation,
  type MessageRow,
  type TenantDb,
} from "../../db/index.ts";
import type { AskInput } from "../contract/chat.ts";
import { LIMITS } from "../contract/limits.ts";
import type { TenantContext } from "../context.ts";
import { ReasonError } from "../errors.ts";
import { newId } from "../id.ts";
import { withFields } from "../log.ts";
import { reserve } from "../quota.ts";
import { atLeisure, onceSent } from "../turns.ts";
import { isBeingWritten, openAnswerLog } from "./answer-log.ts";
import { startAnswer } from "./answer.ts";
import type { NewAnswer } from "./compose.ts";
import { follow, parseEventId, type Tracked } from "./follow.ts";
import { mostOf, spendingKey } from "./spending.ts";

/**
 * Answers a question: begins the answer, or joins the one that the same `requestId` began, and follows it from
 * `lastEventId` on. Leaving does not stop it. Throws `MODEL_NOT_ALLOWED`, `NOT_FOUND` (conversation, file, or the answer
 * to resume), `QUOTA_EXCEEDED`, `INVALID_INPUT` (a request id that asked something else, or no event's id), and
 * `MODEL_UNAVAILABLE` or `MODEL_TIMEOUT` when the model failed before it said anything.
 */
export async function* ask(ctx: TenantContext, input: AskInput, signal: AbortSignal): AsyncGenerator<Tracked> {
  const resumed = await placeToResume(ctx, input.lastEventId);
  if (signal.aborted) return;
  const place = resumed ?? { messageId: await counted(ctx.app.beginning, beginOrJoin(ctx, input)), afterSeq: 0 };
  await new Promise<void>(onceSent);
  yield* follow(ctx, place, signal);
}

/** Who resumes asks nothing anew: an answer that is not there is `NOT_FOUND`. */
const placeToResume = async (ctx: TenantContext, lastEventId: string | null | undefined) => {
  const place = parseEventId(lastEventId);
  if (!place) return undefined;
  const { app, tenantId, userId } = ctx;
  const answer = await askTenant(app.db, tenantId, (trx) => findAnswer(trx, userId, place.messageId));
  if (!answer) throw new ReasonError("NOT_FOUND");
  const isWritten = () => isBeingWritten(app, { tenantId, messageId: answer.id }).catch(() => true);
  return { ...place, hasEnded: answer.outcome !== null && !(await isWritten()) };
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
  await atLeisure(tenantId);
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
  const own = { ...app, log: withFields(app.log, { requestId: ctx.requestId }) };
  const log = openAnswerLog(own, { tenantId, messageId });
  const { question, fileIds, conversationId } = input;
  try {
    // At once: an answer that nobody writes is taken for abandoned, but not at the first look.
    const [hasDocuments] = await Promise.all([store(ctx, input, ids), log.leased]);
    const first = conversationId === undefined;
    await startAnswer(ctx, { ...ids, question, fileIds, first, hasDocuments }, log);
  } catch (error) {
    await log.close();
    if (error instanceof AlreadyBegun) return undefined;
    throw error;
  }
  return messageId;
};

/** The question and its empty answer. Resolves to whether there are documents to answer it from. */
const store = (ctx: TenantContext, input: Beginning, { conversationId, questionId, messageId, model }: Ids) => {
  const { app, tenantId, userId } = ctx;
  const row = { conversation_id: conversationId, user_id: userId };
  const open = (trx: TenantDb) => {
    if (input.conversationId === undefined)
      return createConversation(trx, { id: conversationId, user_id: userId, title: titleOf(input.question) });
    return touchConversation(trx, userId, conversationId);
  };
  return inTenant(app.db, tenantId, async (trx) => {
    for (const fileId of input.fileIds ?? []) if (!(await findFile(trx, fileId))) throw new ReasonError("NOT_FOUND");
    const messages = [
      { ...row, id: questionId, role: "user" as const, text: input.question, request_id: null, model: null },
      { ...row, id: messageId, role: "assistant" as const, text: "", request_id: input.requestId, model },
    ];
    // Sent together. The quota comes last, for no other question of the tenant is let in until this one is.
    const [opened, begun, ready, reserved] = await Promise.allSettled([
      open(trx),
      insertMessages(trx, messages),
      hasReadyFile(trx, input.fileIds),
      reserve(trx, { key: spendingKey(messageId), userId, need: () => mostOf(app.config, input.question) }),
    ]);
    if (!valueOf(opened)) throw new ReasonError("NOT_FOUND");
    if (!valueOf(begun)) throw new AlreadyBegun();
    valueOf(reserved);
    return valueOf(ready);
  });
};

const valueOf = <T>(settled: PromiseSettledResult<T>): T => {
  if (settled.status === "rejected") throw settled.reason;
  return settled.value;
};

/** Rolls the transaction back: another call with the same request id was first. */
class AlreadyBegun extends Error {}

const titleOf = (question: string): string => {
  const line = question.replaceAll(/\s+/g, " ");
  const characters = Array.from(line);
  return characters.length > LIMITS.titleChars ? `${characters.slice(0, LIMITS.titleChars - 1).join("")}…` : line;
};
