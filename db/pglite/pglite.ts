import { Worker } from "node:worker_threads";
import { compileCacheEnv } from "../compile-cache.ts";
import { PgliteError, type Notification, type PgliteStart, type Reply, type RequestBody } from "./wire.ts";

// oxlint-disable-next-line typescript/no-explicit-any -- the drivers that use this type their own rows
type Row = any;
type Results<T = Row> = { rows: T[]; affectedRows?: number; fields: { name: string; dataTypeID: number }[] };

/** PGlite on a thread of its own, with the part of its interface that Kysely and pg-boss use. */
export type PgliteThread = {
  ready: boolean;
  closed: boolean;
  waitReady: Promise<void>;
  query<T>(text: string, values?: readonly unknown[]): Promise<Results<T>>;
  exec(text: string): Promise<Results[]>;
  transaction<T>(work: (trx: PgliteTransaction) => Promise<T>): Promise<T>;
  listen(channel: string, listener: (payload: string) => void): Promise<() => Promise<void>>;
  close(): Promise<void>;
};
export type PgliteTransaction = {
  query<T>(text: string, values?: readonly unknown[]): Promise<Results<T>>;
  exec(text: string): Promise<Results[]>;
  rollback(): Promise<void>;
};

const here = import.meta.url;

/** Starts the thread. `onExit` hears of a thread that ended by itself: every call after that is refused. */
export const startPglite = (start: PgliteStart, onExit: (error: Error) => void = () => {}): PgliteThread => {
  const worker = new Worker(new URL(here.endsWith(".ts") ? "./thread.ts" : "./thread.js", here), {
    workerData: start,
    execArgv: [],
    env: { ...process.env, ...compileCacheEnv() },
  });
  const pending = new Map<number, { resolve: (value: unknown) => void; reject: (error: Error) => void }>();
  const listeners = new Map<string, Set<(payload: string) => void>>();
  let lastId = 0;
  let ended: Error | undefined;

  const end = (error: Error) => {
    if (ended) return;
    ended = error;
    for (const { reject } of pending.values()) reject(error);
    pending.clear();
    if (!thread.closed) onExit(error);
  };
  worker.on("error", end);
  worker.on("exit", () => end(new Error("the embedded database has stopped")));
  worker.on("message", (message: Reply | Notification) => {
    if ("channel" in message) {
      for (const listener of listeners.get(message.channel) ?? []) listener(message.payload);
      return;
    }
    const waiting = pending.get(message.id);
    pending.delete(message.id);
    if ("error" in message) waiting?.reject(new PgliteError(message.error));
    else waiting?.resolve(message.value);
  });

  const call = <T>(body: RequestBody, id = ++lastId): Promise<T> =>
    new Promise((resolve, reject) => {
      if (ended) return reject(ended);
      pending.set(id, { resolve: resolve as (value: unknown) => void, reject });
      worker.postMessage({ ...body, id });
    });

  const within = (trx?: number): Omit<PgliteTransaction, "rollback"> => ({
    query: (text, values = []) =>
      call({ op: "query", text, values: [...values], ...(trx === undefined ? {} : { trx }) }),
    exec: (text) => call({ op: "exec", text, ...(trx === undefined ? {} : { trx }) }),
  });

  const transaction: PgliteThread["transaction"] = async (work) => {
    const trx = ++lastId;
    // Not waited for: where it fails, every statement behind it does.
    call({ op: "begin" }, trx).catch(() => {});
    let open = true;
    const finish = async (how: "commit" | "rollback") => {
      if (!open) return;
      open = false;
      await call({ op: "end", trx, how });
    };
    try {
      const result = await work({ ...within(trx), rollback: () => finish("rollback") });
      await finish("commit");
      return result;
    } catch (error) {
      await finish("rollback");
      throw error;
    }
  };

  const thread: PgliteThread = {
    ready: false,
    closed: false,
    waitReady: call<undefined>({ op: "open" }).then(() => {
      thread.ready = true;
    }),
    ...within(),
    transaction,
    listen: async (channel, listener) => {
      const known = listeners.get(channel) ?? new Set();
      listeners.set(channel, known.add(listener));
      if (known.size === 1) await call({ op: "listen", text: channel });
      return async () => {
        known.delete(listener);
        if (known.size === 0) await call({ op: "unlisten", text: channel });
      };
    },
    close: async () => {
      if (thread.closed) return;
      thread.closed = true;
      await call({ op: "close" });
      await worker.terminate();
    },
  };
  return thread;
};
