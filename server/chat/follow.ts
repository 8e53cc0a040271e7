import { setTimeout as sleep } from "node:timers/promises";
import { findAnswer, inTenant, type MessageRow } from "../../db/index.ts";
import { ChatEvent } from "../contract/chat.ts";
import { MessageId } from "../contract/ids.ts";
import type { TenantContext } from "../context.ts";
import { hasReason, ReasonError } from "../errors.ts";
import { endAbandoned } from "./abandoned.ts";
import { readAnswerLog, watchWriter, type Logged } from "./answer-log.ts";
import { withoutRemoved } from "./removed.ts";

/** An event with the id to resume behind it. */
export type Tracked = { id: string; event: ChatEvent };

const eventId = (messageId: string, seq: number) => `${messageId}.${seq}`;
/** More than any answer has events; what is beyond it is beyond the end too. */
const MAX_SEQ = 1_000_000_000;

/** What an event's id names; undefined for no id. Throws `INVALID_INPUT` for an id that no event has. */
export const parseEventId = (id: string | null | undefined) => {
  if (!id) return undefined;
  const [, message, seq] = /^([\da-f-]{36})\.(\d+)$/.exec(id) ?? [];
  const messageId = MessageId.safeParse(message);
  if (!messageId.success) throw new ReasonError("INVALID_INPUT", { message: "lastEventId is not the id of an event." });
  return { messageId: messageId.data, afterSeq: Math.min(Number(seq), MAX_SEQ) };
};

const LOOK_AGAIN_MS = 500;
/** So often the log of an answer that has ended is tried again while its store is away, which a busy moment looks like too. */
const MOST_TRIES = 6;

type Place = {
  messageId: string;
  afterSeq: number;
  /** Nobody writes it any more: its log is not waited for. */
  hasEnded?: boolean;
};

/** Follows the answer's log to its end. What the log does not tell, the stored message does, once the answer has ended. */
export async function* follow(
  ctx: TenantContext,
  { messageId, afterSeq, hasEnded = false }: Place,
  signal: AbortSignal,
): AsyncGenerator<Tracked> {
  const answer = { tenantId: ctx.tenantId, messageId };
  const writer = watchWriter(ctx.app, answer);
  const leave = hasEnded ? AbortSignal.abort() : AbortSignal.any([signal, writer.gone]);
  let seq = afterSeq;
  let tries = 0;
  try {
    while (!signal.aborted) {
      let away = false;
      for await (const logged of readWhole(ctx, answer, { seq, signal: leave, onAway: () => (away = true) })) {
        seq = logged.seq;
        tries = 0;
        if (logged.event.type === "failed") throw new ReasonError(logged.event.reason as "MODEL_UNAVAILABLE");
        yield { id: eventId(messageId, seq), event: await withoutRemoved(ctx, logged.event) };
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
    return findAnswer(trx, userId, messageId);
  });
  if (!message) throw new ReasonError("NOT_FOUND");
  return message.outcome === null ? undefined : message;
};

const eventsOf = (message: MessageRow): ChatEvent[] =>
  [
    { type: "started", conversationId: message.conversation_id, messageId: message.id, model: message.model ?? "" },
    // First: a client drops what it holds of the answer.
    { type: "snapshot", text: message.text },
    { type: "sources", sources: message.sources },
    ...message.citations.map((citation) => Object.assign({ type: "citation" }, citation)),
    {
      type: "finished",
      outcome: message.outcome,
      cause: message.cause ?? undefined,
      usage: { promptTokens: message.prompt_tokens ?? 0, completionTokens: message.completion_tokens ?? 0 },
    },
  ].map((event) => ChatEvent.parse(event));
