/**
 * The main thread of a process that reads PDFs, one after another. It parses nothing itself: it stays responsive, so that it can end
 * the process when the parser takes too much memory, which no limit of a thread or a heap does reliably.
 */
import { flushCompileCache } from "node:module";
import { extname } from "node:path";
import { Worker } from "node:worker_threads";
import type { ChildMessage, Parse, ParserMessage, Start } from "./protocol.ts";

const CHECK_MS = 25;
const PARSER_HEAP_MB = 384;

const parser = new Worker(new URL(`./parser${extname(import.meta.url)}`, import.meta.url), {
  resourceLimits: { maxOldGenerationSizeMb: PARSER_HEAP_MB },
  env: process.env,
});

const tell = (message: ChildMessage, then = () => {}) => process.send?.(message, undefined, undefined, then);
const end = () => process.kill(process.pid, "SIGKILL");
const refuse = () => tell({ type: "refused", reason: "PDF_TOO_COMPLEX" }, end);

let watching: NodeJS.Timeout | undefined;
const watchMemory = (memoryBytes: number) => {
  clearInterval(watching);
  watching = setInterval(() => {
    if (process.memoryUsage.rss() <= memoryBytes) return;
    clearInterval(watching);
    refuse();
  }, CHECK_MS);
};

/** The next `size` bytes of standard input. */
const receive = (size: number): Promise<Uint8Array> =>
  new Promise((resolve) => {
    const data = new Uint8Array(size);
    let at = 0;
    const take = (part: Buffer) => {
      data.set(part, at);
      at += part.length;
      if (at < size) return;
      process.stdin.off("data", take).pause();
      resolve(data);
    };
    if (size === 0) resolve(data);
    else process.stdin.on("data", take).resume();
  });

const start = async ({ limits, sizeBytes }: Start) => {
  watchMemory(limits.memoryBytes);
  const data = await receive(sizeBytes);
  parser.postMessage({ limits, data } satisfies Parse, [data.buffer as ArrayBuffer]);
};

parser.on("message", (message: ParserMessage) => {
  if (message.type === "ready") flushCompileCache();
  if (message.type !== "done") return tell(message);
  clearInterval(watching);
  tell({ type: "done", rssBytes: process.memoryUsage.rss() });
});
parser.on("error", (error: NodeJS.ErrnoException) => {
  if (error.code === "ERR_WORKER_OUT_OF_MEMORY") refuse();
  else tell({ type: "crashed", error: `${error.name}: ${error.message}` }, end);
});
process.on("message", (message: Start) => void start(message));
process.on("disconnect", end);
