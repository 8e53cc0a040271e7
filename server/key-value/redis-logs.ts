import { ReasonError } from "../errors.ts";
import { inTurns } from "../turns.ts";
import { createBell } from "./bell.ts";
import { MANY_ENTRIES, type KeyValue, type LogEntry } from "./key-value.ts";
import type { Subscription } from "./redis-channels.ts";

const PAGE_ENTRIES = 500;
const WAITING_ENTRIES = 256;
/** How often a reader that hears nothing looks whether its log is still there. */
const IDLE_MS = 3_000;

type Source = {
  /** The next entries after an id, at most `count`; undefined when there is no such log. */
  page(log: string, afterId: number, count: number): Promise<LogEntry[] | undefined>;
  /** Messages are `id:value`, or empty when the log was dropped. */
  subscribe(log: string, subscription: Subscription): Promise<() => void>;
};

/**
 * Reads a stream page by page, then follows what is published with each append. Whatever a message does not tell, a
 * gap in the ids or too slow a reader, is read from the stream: nothing depends on a message having come.
 */
export const createRedisReader = (source: Source): KeyValue["read"] =>
  async function* (log, afterId, signal) {
    const inbox = createInbox();
    const pause = inTurns();
    const leave = await source.subscribe(log, inbox);
    const lookOnce = () => {
      inbox.lookAgain();
      inbox.ring();
    };
    signal.addEventListener("abort", lookOnce);
    try {
      for (let after = afterId; ;) {
        const entries = inbox.take(after) ?? (await source.page(log, after, PAGE_ENTRIES));
        if (!entries) return;
        for (const entry of entries) {
          if (entries.length > MANY_ENTRIES) await pause();
          after = entry.id;
          yield entry;
        }
        if (entries.length === PAGE_ENTRIES) inbox.lookAgain();
        else if (entries.length === 0 && signal.aborted && !inbox.looks()) return;
        else if (entries.length === 0) await inbox.wait();
      }
    } catch (error) {
      if (!signal.aborted) throw error;
    } finally {
      signal.removeEventListener("abort", lookOnce);
      leave();
    }
  };

/** What was published for one reader and not yet taken; it begins by sending the reader to the stream. */
const createInbox = () => {
  const bell = createBell();
  let waiting: LogEntry[] = [];
  let look = true;
  let broken = false;
  const lookAgain = () => {
    look = true;
    waiting = [];
  };
  return {
    ring: bell.ring,
    lookAgain,
    looks: () => look,
    onMessage: (message: string) => {
      const entry = parseEntry(message);
      if (!entry || waiting.length >= WAITING_ENTRIES) lookAgain();
      else if (!look) waiting.push(entry);
      bell.ring();
    },
    onLost: () => {
      broken = true;
      bell.ring();
    },
    /** The entries that follow `after` without a gap, perhaps none; undefined when the stream has to be read. */
    take: (after: number): LogEntry[] | undefined => {
      if (broken) throw new ReasonError("SERVICE_UNAVAILABLE");
      const entries = waiting.filter(({ id }) => id > after);
      waiting = [];
      const whole = !look && (entries.at(-1)?.id ?? after) === after + entries.length;
      look = false;
      return whole ? entries : undefined;
    },
    wait: async () => {
      if (!(await bell.wait(IDLE_MS))) look = true;
    },
  };
};

const parseEntry = (message: string): LogEntry | undefined => {
  const colon = message.indexOf(":");
  return colon < 0 ? undefined : { id: Number(message.slice(0, colon)), value: message.slice(colon + 1) };
};
