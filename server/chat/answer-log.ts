import { setTimeout as sleep } from "node:timers/promises";
import { answerLogName } from "../answer-logs.ts";
import type { App } from "../context.ts";
import type { ChatEvent } from "../contract/chat.ts";
import type { Reason } from "../contract/errors.ts";
import { newId } from "../id.ts";
import type { LogEntry } from "../key-value/key-value.ts";

/** What a running answer writes: the contract's events, or the failure that ended it before it said anything. */
export type LogEvent = ChatEvent | { type: "failed"; reason: Reason };
export type Logged = { seq: number; event: LogEvent };

type Answer = { tenantId: string; messageId: string };

export type AnswerLog = {
  /** When the lease is held, or cannot be taken now. */
  leased: Promise<void>;
  append: (event: LogEvent) => Promise<void>;
  /** Gives the lease back: what is not written by now will not be. */
  close: () => Promise<void>;
};

/** Long enough to come back to after a pause; what is older is read from the database. */
const LIFE_MS = 15 * 60_000;
const LEASE_MS = 5_000;
const RENEW_MS = 1_000;
const LOOK_MS = 1_000;
/** A store that restarted empty knows no lease until its holder renews it: one look is not enough. */
const MISSED_LOOKS = 3;

const leaseName = ({ tenantId, messageId }: Answer) => `answering:${tenantId}:${messageId}`;

/**
 * The one writer of an answer's log. It writes to this process's own store, from which readers here are served, and
 * copies to the shared one, which may be away for a while. While it lives it holds a lease, by which readers elsewhere
 * know that more will come.
 */
export const openAnswerLog = (app: App, answer: Answer): AnswerLog => {
  const holder = newId();
  const copy = app.local === app.keyValue ? undefined : createCopy(app, answerLogName(answer));
  const warn = (error: unknown) => app.log.warn("answer lease", { messageId: answer.messageId, error });
  const renew = async () => {
    await app.keyValue.hold(leaseName(answer), holder, LEASE_MS).catch(warn);
    await copy?.send();
  };
  const leased = renew();
  const renewal = setInterval(() => void renew(), RENEW_MS);
  let seq = 0;
  return {
    leased,
    append: async (event) => {
      const entry = { id: ++seq, value: JSON.stringify(event) };
      await app.local.append(answerLogName(answer), entry, LIFE_MS);
      copy?.add(entry);
    },
    close: async () => {
      clearInterval(renewal);
      await leased;
      await copy?.send();
      if (copy) await app.local.dropLog(answerLogName(answer));
      // A lease that cannot be released runs out by itself.
      await app.keyValue.release(leaseName(answer), holder).catch(warn);
    },
  };
};

/** Copies entries to the shared log in their order; after a failure, when it may have lost some, from the first again. */
const createCopy = ({ keyValue, log }: App, name: string) => {
  const entries: LogEntry[] = [];
  let sent = 0;
  let busy = false;
  let sending = Promise.resolve();
  const sendAll = async () => {
    busy = true;
    try {
      while (sent < entries.length) {
        // Together, and in their order: the store keeps it.
        const next = entries.slice(sent);
        await Promise.all(next.map((entry) => keyValue.append(name, entry, LIFE_MS)));
        sent += next.length;
      }
    } catch (error) {
      sent = 0;
      log.warn("answer not shared", { error });
    }
    busy = false;
  };
  /** Resolves when what has been added is there, or could not be sent; a run that is under way takes it along. */
  const send = (): Promise<void> => (busy ? sending : (sending = sendAll()));
  return {
    add: (entry: LogEntry): void => {
      entries.push(entry);
      void send();
    },
    send,
  };
};

export const isBeingWritten = async (app: App, answer: Answer): Promise<boolean> =>
  app.answers.has(answer.messageId) || app.keyValue.isHeld(leaseName(answer));

/** Whether nobody writes the answer, and has not for a while. Rejects when the store is away, or `signal` aborts. */
export const isAbandoned = async (app: App, answer: Answer, signal: AbortSignal): Promise<boolean> => {
  for (let missed = 0; !(await isBeingWritten(app, answer));) {
    if (++missed >= MISSED_LOOKS) return true;
    await sleep(LOOK_MS, undefined, { signal });
  }
  return false;
};

/** Aborts when nobody writes the answer any more; a store that is away tells nothing. Stop it in the end. */
export const watchWriter = (app: App, answer: Answer): { gone: AbortSignal; stop: () => void } => {
  const gone = new AbortController();
  let missed = 0;
  const look = async () => {
    const written = await isBeingWritten(app, answer).catch(() => true);
    missed = written ? 0 : missed + 1;
    if (missed >= MISSED_LOOKS) gone.abort();
  };
  const timer = setInterval(() => void look(), LOOK_MS);
  return { gone: gone.signal, stop: () => clearInterval(timer) };
};

/**
 * An answer's events after `seq`, then new ones as they come; ends at once where there is no such log. When the answer ends
 * while somebody begins to read here, this process may have dropped its own: all of it is in the shared one then.
 */
export async function* readAnswerLog(
  app: App,
  answer: Answer,
  seq: number,
  signal: AbortSignal,
): AsyncGenerator<Logged> {
  const stores = app.answers.has(answer.messageId) ? [app.local, app.keyValue] : [app.keyValue];
  let last = seq;
  for (const store of stores)
    for await (const { id, value } of store.read(answerLogName(answer), last, signal)) {
      last = id;
      yield { seq: id, event: JSON.parse(value) as LogEvent };
    }
}
