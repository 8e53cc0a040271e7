import { on } from "node:events";
import type { Worker } from "node:worker_threads";
import { ReasonError } from "../../errors.ts";
import type { ExtractEvent } from "../document.ts";
import { toReasonError } from "../fault.ts";
import { watchCost, type Cost } from "./cost.ts";
import type { End, FromReader, Start, ToReader } from "./protocol.ts";

/** Events that the thread may be ahead of the receiver. */
const LOOK_AHEAD = 8;

export type Watch = {
  /** Ends the thread, and the document with the signal's reason. */
  signal: AbortSignal;
  /** Called several times a second while the document is read. */
  onCost: (cost: Cost) => void;
};

/** Hands a document to a thread, and receives the messages about it, up to the last one. */
export const openDocument = (worker: Worker, start: Start, { signal, onCost }: Watch) => {
  const messages = on(worker, "message", { signal, close: ["exit"] });
  const over = Promise.withResolvers<void>();
  const send = (message: ToReader, moved: ArrayBuffer[] = []) => worker.postMessage(message, moved);
  let isOver = false;
  const finish = (): void => {
    isOver = true;
    stopWatching();
    void messages.return?.();
    worker.unref();
    over.resolve();
  };
  const take = async (): Promise<FromReader> => {
    try {
      const { value, done } = await messages.next();
      signal.throwIfAborted();
      if (done) throw new Error("The reader's thread ended early.");
      const [message] = value as [FromReader];
      if (isEnd(message)) finish();
      return message;
    } catch (error) {
      finish();
      throw signal.aborted ? signal.reason : toFailure(error);
    }
  };
  let isWaiting = false;
  const stopWatching = watchCost(worker, { isWaiting: () => isWaiting, onCost });
  let allowed = 0;
  worker.ref();
  send(start, [start.data.buffer]);
  return {
    over: over.promise,
    next: async (): Promise<ExtractEvent | undefined> => {
      if (allowed > 0) send({ type: "more", events: allowed });
      isWaiting = true;
      const message = await take().finally(() => (isWaiting = false));
      if (isEnd(message)) return failOf(message);
      allowed = message.type === "opened" ? LOOK_AHEAD : 1;
      return message;
    },
    leave: (): void => {
      if (isOver) return;
      send({ type: "leave" });
      isWaiting = true;
      const drain = async () => {
        for (;;) if (isEnd(await take())) return;
      };
      void drain().catch(() => {});
    },
  };
};

const ENDS: ReadonlySet<string> = new Set<End["type"]>(["done", "refused", "crashed"]);
const isEnd = (message: FromReader): message is End => ENDS.has(message.type);

const failOf = (end: End): undefined => {
  if (end.type === "refused") throw toReasonError(end);
  if (end.type === "crashed") throw new Error(`The reader failed: ${end.error}`);
};

/** A document whose text outgrows the thread's JavaScript heap is to blame for it. */
const toFailure = (error: unknown): unknown =>
  error instanceof Error && "code" in error && error.code === "ERR_WORKER_OUT_OF_MEMORY"
    ? new ReasonError("PDF_TOO_COMPLEX", { cause: error })
    : error;
