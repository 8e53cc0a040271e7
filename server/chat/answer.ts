import { setTimeout as sleep } from "node:timers/promises";
import { askTenant, findMessage, finishAnswer } from "../../db/index.ts";
import { ChatEvent, type Outcome } from "../contract/chat.ts";
import type { TenantContext } from "../context.ts";
import { toReasonError } from "../errors.ts";
import { record } from "../ledger.ts";
import { settle } from "../quota.ts";
import type { AnswerLog, LogEvent } from "./answer-log.ts";
import { compose, type NewAnswer, type Run } from "./compose.ts";
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
    try {
      await write(run);
    } catch (error) {
      app.log.error("answer not finished", { tenantId, messageId, error });
    } finally {
      await log.close();
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

/** Every answer ends with an outcome that is stored and told, whatever happens on the way. */
const write = async (run: Run): Promise<void> => {
  let outcome: Outcome;
  try {
    outcome = await compose(run);
  } catch (error) {
    return fail(run, error);
  }
  await finish(run, outcome);
};

/** A stop is an outcome; a failure is one once something was said, and before that is told as the failure it is. */
const fail = async (run: Run, error: unknown): Promise<void> => {
  if (run.signal.aborted) return finish(run, run.signal.reason as Outcome);
  const { ctx, messageId, said } = run;
  const { reason } = toReasonError(error);
  ctx.app.log.warn("answer failed", { requestId: ctx.requestId, messageId, reason, error });
  await finish(run, "interrupted", said.text === "" ? { type: "failed", reason } : undefined);
};

/** Stores the end and then tells it, so that who hears of it finds it stored. */
const finish = async (run: Run, outcome: Outcome, failed?: LogEvent): Promise<void> => {
  const stored = await storeEnd(run, outcome);
  await run.tell(failed ?? { type: "finished", outcome: stored, usage: run.said.usage });
};

/** Tries again while the database is away, as one that restarts is. Resolves to the outcome that is stored. */
const storeEnd = async (run: Run, outcome: Outcome): Promise<Outcome> => {
  const begun = performance.now();
  for (const waitMs of TRY_AGAIN_AFTER_MS) {
    try {
      return await storeOnce(run, outcome);
    } catch (error) {
      const late = performance.now() - begun > NO_MORE_AFTER_MS;
      if (late || toReasonError(error).reason !== "SERVICE_UNAVAILABLE") throw error;
      await sleep(waitMs);
    }
  }
  return storeOnce(run, outcome);
};

const storeOnce = async ({ ctx, messageId, model, said }: Run, outcome: Outcome): Promise<Outcome> => {
  const { app, tenantId, userId } = ctx;
  const key = spendingKey(messageId);
  const [ended] = await askTenant(app.db, tenantId, (trx) =>
    Promise.all([
      finishAnswer(trx, messageId, { ...said, ...said.usage, outcome }),
      record(trx, { kind: "chat", model, userId, key, ...said.usage }),
      settle(trx, key),
    ]),
  );
  if (ended) return outcome;
  // A try whose success was not heard of has ended it, or a reader that took this writer for dead, as interrupted.
  const stored = await askTenant(app.db, tenantId, (trx) => findMessage(trx, userId, messageId));
  return stored?.outcome ?? "interrupted";
};
