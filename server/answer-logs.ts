import type { App } from "./context.ts";

type Answer = { tenantId: string; messageId: string };

/** The log of an answer's events, in this process's store and the shared one. */
export const answerLogName = ({ tenantId, messageId }: Answer): string => `answer:${tenantId}:${messageId}`;

/** Where the ids of answers to stop are published to every instance; the one that writes the answer stops it. */
export const ANSWERS_CANCELLED = "answers-cancelled";

/** Stops answers that nobody may read any more, wherever they are written: they would go on spending. */
export const stopAnswers = async ({ keyValue, log }: App, messageIds: string[]): Promise<void> => {
  try {
    await Promise.all(messageIds.map((messageId) => keyValue.publish(ANSWERS_CANCELLED, messageId)));
  } catch (error) {
    log.warn("answers not stopped", { error });
  }
};

const AT_ONCE = 100;

/**
 * Drops the logs of answers that have ended: who reads one goes on from the stored answer. A store that is unavailable
 * keeps them until they expire, and no reader is handed what has been removed since (`chat/removed.ts`).
 */
export const dropAnswerLogs = async ({ keyValue, log }: App, answers: Answer[]): Promise<void> => {
  try {
    for (let from = 0; from < answers.length; from += AT_ONCE) {
      const some = answers.slice(from, from + AT_ONCE);
      await Promise.all(some.map((answer) => keyValue.dropLog(answerLogName(answer))));
    }
  } catch (error) {
    log.warn("answer logs not dropped", { error });
  }
};
