import { setTimeout as sleep } from "node:timers/promises";
import { askTenant, saveAnswers } from "../../db/index.ts";
import type { App, Writing } from "../context.ts";

/** Of the words so far, which a crash of this process leaves; less often where many answers are written at once. */
const SAVE_EVERY_MS = 1_000;
const SAVE_AT_LEAST_EVERY_MS = 5_000;
const MS_PER_ANSWER = 5;
const SAVED_AT_ONCE = 100;

/** Keeps what running answers have said, now and then and until it is stopped: a tenant's together. */
export const startSaving = (app: App): { stop(): Promise<void> } => {
  const over = new AbortController();
  const saving = saveNowAndThen(app, over.signal);
  return {
    stop: () => {
      over.abort();
      return saving;
    },
  };
};

const saveNowAndThen = async (app: App, over: AbortSignal): Promise<void> => {
  while (!over.aborted) {
    const crowdedMs = Math.min(app.answers.size * MS_PER_ANSWER, SAVE_AT_LEAST_EVERY_MS);
    await sleep(Math.max(SAVE_EVERY_MS, crowdedMs), undefined, { signal: over, ref: false }).catch(() => {});
    const ofTenants = Map.groupBy(app.answers, ([, { tenantId }]) => tenantId);
    for (const [tenantId, answers] of ofTenants)
      for (let from = 0; from < answers.length; from += SAVED_AT_ONCE)
        await save(app, tenantId, answers.slice(from, from + SAVED_AT_ONCE));
  }
};

const save = async ({ db, log }: App, tenantId: string, answers: [messageId: string, Writing][]): Promise<void> => {
  const rows = answers.map(([id, { said }]) => ({ id, ...said() }));
  await askTenant(db, tenantId, (trx) => saveAnswers(trx, rows)).catch((error: unknown) =>
    log.warn("answers not saved", { tenantId, error }),
  );
};
