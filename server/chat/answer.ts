import { setTimeout as sleep } from "node:timers/promises";
import { finishAnswer, inTenant, saveAnswer } from "../../db/index.ts";
import { ChatEvent, type Outcome } from "../contract/chat.ts";
import type { TenantContext } from "../context.ts";
import { toReasonError } from "../errors.ts";
import { record } from "../ledger.ts";
import { settle } from "../quota.ts";
import type { AnswerLog, LogEvent } from "./answer-log.ts";
import { compose, type NewAnswer, type Run } from "./compose.ts";
import { spendingKey } from "./spending.ts";

/** Of the words so far, which a crash of this process leaves; less often where many answers are written at once. */
const SAVE_EVERY_MS = 1_000;
const SAVE_AT_LEAST_EVERY_MS = 5_000;
const MS_PER_ANSWER = 10;

/**
 * Begins to write an answer, which goes on whether or not anybody follows it: every event into the answer's log, what is
 * said into its message, what is spent into the ledger. Resolves as soon as the log has its first event.
 */
export const startAnswer = async (ctx: TenantContext, answer: NewAnswer, log: AnswerLog): Promise<void> => {
  const { app, tenantId } = ctx;
  const { messageId } = answer;
  const stopping = new AbortController();
  await log.append(ChatEvent.parse({ type: "started", ...answer }));
  const said: Run["said"] = { text: "", sources: [], citations: [], usage: { promptTokens: 0, completionTokens: 0 } };
  const run: Run = { ...answer, ctx, said, tell: log.append, signal: stopping.signal };
  const writeToEnd = async () => {
    try {
      await write(run);
    } catch (error) {
      app.log.error("answer not finished", { tenantId, messageId, error });
    } finally {
      await log.close();
      app.answers.delete(messageId);
    }
  };
  const done = writeToEnd();
  app.answers.set(messageId, { stop: (why) => stopping.abort(why), done });
};

/** Every answer ends with an outcome that is stored and told, whatever happens on the way. */
const write = async (run: Run): Promise<void> => {
  const over = new AbortController();
  void saveNowAndThen(run, over.signal);
  try {
    await finish(run, await compose(run));
  } catch (error) {
    await fail(run, error);
  } finally {
    over.abort();
  }
};

/** A stop is an outcome; a failure is one once something was said, and before that is told as the failure it is. */
const fail = async (run: Run, error: unknown): Promise<void> => {
  if (run.signal.aborted) return finish(run, run.signal.reason as Outcome);
  const { ctx, messageId, said } = run;
  const { reason } = toReasonError(error);
  ctx.app.log.warn("answer failed", { requestId: ctx.requestId, messageId, reason, error });
  await finish(run, "interrupted", said.text === "" ? { type: "failed", reason } : undefined);
};

const saveNowAndThen = async (run: Run, over: AbortSignal): Promise<void> => {
  for (;;) {
    const crowdedMs = Math.min(run.ctx.app.answers.size * MS_PER_ANSWER, SAVE_AT_LEAST_EVERY_MS);
    await sleep(Math.max(SAVE_EVERY_MS, crowdedMs), undefined, { signal: over }).catch(() => {});
    if (over.aborted) return;
    await save(run);
  }
};

const save = ({ ctx, messageId, said }: Run): Promise<void> =>
  inTenant(ctx.app.db, ctx.tenantId, (trx) =>
    saveAnswer(trx, messageId, { ...said, promptTokens: said.usage.promptTokens }),
  ).catch((error: unknown) => {
    ctx.app.log.warn("answer not saved", { messageId, error });
  });

/** Stores the end and then tells it, so that who hears of it finds it stored. */
const finish = async (run: Run, outcome: Outcome, failed?: LogEvent): Promise<void> => {
  const { ctx, messageId, model, said, tell } = run;
  const key = spendingKey(messageId);
  const ended = await inTenant(ctx.app.db, ctx.tenantId, async (trx) => {
    await record(trx, { kind: "chat", model, userId: ctx.userId, key, ...said.usage });
    await settle(trx, key);
    return finishAnswer(trx, messageId, { ...said, ...said.usage, outcome });
  });
  // A reader that took this writer for dead has ended it as interrupted, and said so.
  await tell(failed ?? { type: "finished", outcome: ended ? outcome : "interrupted", usage: said.usage });
};
