import type { App } from "../context.ts";
import type { ChatEvent } from "../contract/chat.ts";
import type { Reason } from "../contract/errors.ts";
import { newId } from "../id.ts";

/** What a running answer writes: the contract's events, or the failure that ended it before it said anything. */
export type LogEvent = ChatEvent | { type: "failed"; reason: Reason };
export type Logged = { seq: number; event: LogEvent };

type Answer = { tenantId: string; messageId: string };

/** Long enough to come back to after a pause; what is older is read from the database. */
const LIFE_MS = 15 * 60_000;
const LEASE_MS = 6_000;

const logName = ({ tenantId, messageId }: Answer) => `answer:${tenantId}:${messageId}`;
const leaseName = ({ tenantId, messageId }: Answer) => `answering:${tenantId}:${messageId}`;

/** The one writer of an answer's log. While it lives it holds a lease, by which readers know that more will come. */
export const openAnswerLog = async (app: App, answer: Answer) => {
  const holder = newId();
  const warn = (error: unknown) => app.log.warn("answer lease", { messageId: answer.messageId, error });
  const hold = () => app.keyValue.hold(leaseName(answer), holder, LEASE_MS);
  await hold();
  const renewal = setInterval(() => void hold().catch(warn), LEASE_MS / 3);
  let seq = 0;
  return {
    append: (event: LogEvent): Promise<void> =>
      app.keyValue.append(logName(answer), { id: ++seq, value: JSON.stringify(event) }, LIFE_MS),
    close: async (): Promise<void> => {
      clearInterval(renewal);
      // A lease that cannot be released runs out by itself.
      await app.keyValue.release(leaseName(answer), holder).catch(warn);
    },
  };
};

export const isBeingWritten = (app: App, answer: Answer): Promise<boolean> => app.keyValue.isHeld(leaseName(answer));

/** An answer's events after `seq`, then new ones as they come; ends at once where there is no such log. */
export async function* readAnswerLog(
  app: App,
  answer: Answer,
  seq: number,
  signal: AbortSignal,
): AsyncGenerator<Logged> {
  for await (const { id, value } of app.keyValue.read(logName(answer), seq, signal))
    yield { seq: id, event: JSON.parse(value) as LogEvent };
}
