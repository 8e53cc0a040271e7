import { extname } from "node:path";
import { Worker } from "node:worker_threads";
import { compileCacheEnv } from "../../../db/index.ts";
import { ReasonError } from "../../errors.ts";
import type { ExtractEvent } from "../document.ts";
import { openDocument, type Watch } from "./messages.ts";
import type { Start } from "./protocol.ts";

const THREAD = new URL(`./thread${extname(import.meta.url)}`, import.meta.url);

/** A thread that reads documents, one at a time. */
export type Reader = {
  /** Reads a document; to leave it early lets the thread end it after the event at hand. */
  read(start: Start, watch: Watch): AsyncGenerator<ExtractEvent, void>;
  /** Resolves when the last document is over, which one that was left early is later. */
  settle(): Promise<unknown>;
  isAlive(): boolean;
  end(): Promise<void>;
};

/** Starts a thread, which does not keep the process running while it has nothing to read. */
export const startReader = (pdfium: WebAssembly.Module): Reader => {
  // Nothing of the server's environment but its compile cache, and none of its preloaded modules.
  const worker = new Worker(THREAD, { workerData: pdfium, env: compileCacheEnv(), execArgv: [] });
  worker.unref();
  let isAlive = true;
  worker.on("error", () => (isAlive = false));
  worker.on("exit", () => (isAlive = false));
  const end = async () => {
    isAlive = false;
    await worker.terminate();
  };
  let over: Promise<unknown> = Promise.resolve();
  return {
    async *read(start, watch) {
      const document = openDocument(worker, start, watch);
      over = document.over;
      const abort = () => void end();
      watch.signal.addEventListener("abort", abort, { once: true });
      void over.then(() => watch.signal.removeEventListener("abort", abort));
      try {
        for (;;) {
          const event = await document.next();
          if (!event) return;
          yield event;
        }
      } catch (error) {
        // What it holds by then goes with the thread.
        if (!(error instanceof ReasonError) || error.reason === "PDF_TOO_COMPLEX") await end();
        throw error;
      } finally {
        document.leave();
      }
    },
    settle: () => over,
    isAlive: () => isAlive,
    end,
  };
};
