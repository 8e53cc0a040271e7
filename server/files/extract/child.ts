/**
 * The main thread of the process that reads one PDF. It parses nothing itself: it stays responsive, so that it can end
 * the process when the parser takes too much memory, which no limit of a thread or a heap does reliably.
 */
import { extname } from "node:path";
import { Worker } from "node:worker_threads";
import type { ChildMessage, Parse, Start } from "./protocol.ts";

const CHECK_MS = 25;
const PARSER_HEAP_MB = 384;

const parser = new Worker(new URL(`./parser${extname(import.meta.url)}`, import.meta.url), {
  resourceLimits: { maxOldGenerationSizeMb: PARSER_HEAP_MB },
  env: {},
});

const tell = (message: ChildMessage, then = () => {}) => process.send?.(message, undefined, undefined, then);
const end = () => process.kill(process.pid, "SIGKILL");
const refuse = () => tell({ type: "refused", reason: "PDF_TOO_COMPLEX" }, end);

const watchMemory = (memoryBytes: number) => {
  const timer = setInterval(() => {
    if (process.memoryUsage.rss() <= memoryBytes) return;
    clearInterval(timer);
    refuse();
  }, CHECK_MS);
};

const start = async ({ limits }: Start) => {
  watchMemory(limits.memoryBytes);
  const parts: Buffer[] = [];
  for await (const part of process.stdin) parts.push(part as Buffer);
  const data = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0));
  let at = 0;
  for (const part of parts) {
    data.set(part, at);
    at += part.length;
  }
  parser.postMessage({ limits, data } satisfies Parse, [data.buffer]);
};

parser.on("message", (message: ChildMessage) => tell(message));
parser.on("error", (error: NodeJS.ErrnoException) => {
  if (error.code === "ERR_WORKER_OUT_OF_MEMORY") refuse();
  else tell({ type: "crashed", error: `${error.name}: ${error.message}` }, end);
});
process.on("message", (message: Start) => void start(message));
process.on("disconnect", end);
