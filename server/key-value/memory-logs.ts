import { inTurns, onceSent } from "../turns.ts";
import { createBell } from "./bell.ts";
import { MANY_ENTRIES, type KeyValue, type LogEntry } from "./key-value.ts";

const KEPT_ENTRIES = 10_000;

type Log = { entries: LogEntry[]; expiresAt: number; readers: Set<() => void>; telling: boolean };
export type MemoryLogs = Pick<KeyValue, "append" | "read" | "dropLog"> & { sweep(now: number): void };

/** Readers share a log's one array and keep only their place in it, so a slow reader costs nothing. */
export const createMemoryLogs = (): MemoryLogs => {
  const logs = new Map<string, Log>();
  const find = (name: string): Log | undefined => {
    const log = logs.get(name);
    return log && log.expiresAt > performance.now() ? log : undefined;
  };
  const drop = (name: string) => {
    const log = logs.get(name);
    logs.delete(name);
    for (const ring of log?.readers ?? []) ring();
  };

  const append: KeyValue["append"] = async (name, entry, ttlMs) => {
    const log = find(name) ?? start(name);
    log.expiresAt = performance.now() + ttlMs;
    if (entry.id <= (log.entries.at(-1)?.id ?? 0)) return;
    log.entries.push({ id: entry.id, value: entry.value });
    // Trimming by halves keeps an append at constant cost.
    if (log.entries.length >= 2 * KEPT_ENTRIES) log.entries.splice(0, log.entries.length - KEPT_ENTRIES);
    tell(log);
  };
  const tell = (log: Log): void => {
    if (log.telling) return;
    log.telling = true;
    onceSent(() => {
      log.telling = false;
      for (const ring of log.readers) ring();
    });
  };
  const start = (name: string): Log => {
    drop(name);
    const log: Log = { entries: [], expiresAt: 0, readers: new Set(), telling: false };
    logs.set(name, log);
    return log;
  };

  async function* read(name: string, afterId: number, signal: AbortSignal): AsyncGenerator<LogEntry> {
    const log = find(name);
    if (!log) return;
    const bell = createBell();
    const pause = inTurns();
    log.readers.add(bell.ring);
    signal.addEventListener("abort", bell.ring);
    try {
      for (let after = afterId; ;) {
        const fresh = entriesAfter(log.entries, after);
        for (const entry of fresh) {
          if (fresh.length > MANY_ENTRIES) await pause();
          after = entry.id;
          yield entry;
        }
        if (fresh.length > 0) continue;
        if (signal.aborted || logs.get(name) !== log) return;
        await bell.wait();
      }
    } finally {
      log.readers.delete(bell.ring);
      signal.removeEventListener("abort", bell.ring);
    }
  }

  return {
    append,
    read,
    dropLog: async (name) => drop(name),
    sweep: (now) => {
      for (const [name, log] of logs) if (log.expiresAt <= now) drop(name);
    },
  };
};

/** Searches from the end, where readers that follow a log are. */
const entriesAfter = (entries: LogEntry[], after: number): LogEntry[] =>
  entries.slice(entries.findLastIndex(({ id }) => id <= after) + 1);
