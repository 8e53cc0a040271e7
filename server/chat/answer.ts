import { setTimeout as sleep } from "node:timers/promises";
import { askTenant, findMessage, finishAnswer, type MessageRow } from "../../db/index.ts";
import { dropAnswerLogs } from "../answer-logs.ts";
import { ChatEvent, type FinishCause, type Outcome } from "../contract/chat.ts";
import type { Reason } from "../contract/errors.ts";
import type { TenantContext } from "../context.ts";
import { toReasonError } from "../errors.ts";
import { record } from "../ledger.ts";
import { settle } from "../quota.ts";
import type { AnswerLog, LogEvent } from "./answer-log.ts";
import { compose, type Ending, type NewAnswer, type Run } from "./compose.ts";
import { hasRemoved } from "./removed.ts";
import { spendingKey } from "./spending.ts";

const TRY_AGAIN_AFTER_MS = [200, 500, 1_000, 2_000, 4_000];
/** A database that does not even refuse takes each try's whole time. */
const NO_MORE_AFTER_MS = 10_000;

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
    let outdated = false;
    try {
      outdated = await write(run);
    } catch (error) {
      app.log.error("answer not finished", { requestId: ctx.requestId, tenantId, messageId, error });
    } finally {
      await log.close();
      if (outdated) await dropAnswerLogs(app, [{ tenantId, messageId }]);
      app.answers.delete(messageId);
    }
  };
  app.answers.set(messageId, {
    tenantId,
    said: () => ({ ...run.said, promptTokens: run.said.usage.promptTokens }),
    stop: (why) => stopping.abort(why),
    done: writeToEnd(),
  });
};

/**
 * Every answer ends with an outcome that is stored and sent, whatever happens on the way. Resolves to whether files were
 * removed meanwhile, so that the log holds text that is stored no more.
 */
const write = async (run: Run): Promise<boolean> => {
  let ending: Ending;
  try {
    ending = await compose(run);
  } catch (error) {
    return fail(run, error);
  }
  return finish(run, ending);
};

const CAUSES: Partial<Record<Reason, FinishCause>> = {
  MODEL_UNAVAILABLE: "model_unavailable",
  MODEL_NOT_ALLOWED: "model_unavailable",
  MODEL_TIMEOUT: "timeout",
  QUOTA_EXCEEDED: "quota",
};

const endingOf = (outcome: Outcome, cause: FinishCause | undefined): Ending => ({
  outcome,
  ...(cause === undefined ? {} : { cause }),
});

/** A stop is an outcome; a failure is one once something was said, and before that is told as the failure it is. */
const fail = async (run: Run, error: unknown): Promise<boolean> => {
  if (run.signal.aborted) {
    const outcome = run.signal.reason as Outcome;
    return finish(run, endingOf(outcome, outcome === "interrupted" ? "restart" : undefined));
  }
  const { ctx, messageId, said } = run;
  const { reason } = toReasonError(error);
  ctx.app.log.warn("answer failed", { requestId: ctx.requestId, messageId, reason, error });
  const failed: LogEvent | undefined = said.text === "" ? { type: "failed", reason } : undefined;
  return finish(run, endingOf("interrupted", CAUSES[reason]), failed);
};

/** Stores the end and then sends it, so that who receives it finds it stored. */
const finish = async (run: Run, ending: Ending, failed?: LogEvent): Promise<boolean> => {
  const stored = await storeEnd(run, ending);
  const ended = endingOf(stored?.outcome ?? "interrupted", stored?.cause ?? undefined);
  await run.tell(failed ?? { type: "finished", ...ended, usage: run.said.usage });
  return stored !== undefined && hasRemoved(stored);
};

/** Tries again while the database is unavailable, as one that restarts is. Resolves to what is stored. */
const storeEnd = async (run: Run, ending: Ending): Promise<MessageRow | undefined> => {
  const begun = performance.now();
  for (const waitMs of TRY_AGAIN_AFTER_MS) {
    try {
      return await storeOnce(run, ending);
    } catch (error) {
      const late = performance.now() - begun > NO_MORE_AFTER_MS;
      if (late || toReasonError(error).reason !== "SERVICE_UNAVAILABLE") throw error;
      await sleep(waitMs);
    }
  }
  return storeOnce(run, ending);
};

const storeOnce = async (run: Run, ending: Ending): Promise<MessageRow | undefined> => {
  const { ctx, messageId, model, said } = run;
  const { app, tenantId, userId } = ctx;
  const key = spendingKey(messageId);
  const [ended] = await askTenant(app.db, tenantId, (trx) =>
    Promise.all([
      finishAnswer(trx, messageId, { ...said, ...said.usage, ...ending }),
      record(trx, { kind: "chat", model, userId, key, ...said.usage }),
      settle(trx, key),
    ]),
  );
  if (ended) return ended;
  // A try whose acknowledgement was lost has ended it, or a reader that took this writer for dead, as interrupted.
  return askTenant(app.db, tenantId, (trx) => findMessage(trx, userId, messageId));
};
