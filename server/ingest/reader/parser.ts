/** The thread that reads PDFs, one after another, and cuts them into chunks; it may run out of time or memory at any moment. */
import { flushCompileCache } from "node:module";
import { parentPort, receiveMessageOnPort } from "node:worker_threads";
import type { Parse, ParserMessage } from "./protocol.ts";
import { readDocument } from "./read.ts";
import { SAMPLE } from "./sample.ts";

const tell = (message: ParserMessage) => parentPort?.postMessage(message);

/** The parser rejects promises that nobody holds, even after it has answered: that must not end the process. */
process.on("unhandledRejection", () => {});

const read = ({ data, limits }: Parse) => {
  void readDocument(data, limits, tell).then(
    (fault) => tell(fault ? { type: "refused", ...fault } : { type: "done" }),
    (error: unknown) => tell({ type: "crashed", error: String(error) }),
  );
};

/** Nothing waits yet: a small document is read meanwhile, so that everything is loaded and compiled for the real one. */
const warmUp = () =>
  readDocument(Buffer.from(SAMPLE), { maxPages: 1, chunkTokens: 50, overlapTokens: 10, memoryBytes: 0 }, () => {});

const waiting = parentPort ? (receiveMessageOnPort(parentPort)?.message as Parse | undefined) : undefined;
if (!waiting) await warmUp();
// At installation what has been compiled is kept; later it is only read.
flushCompileCache();
tell({ type: "ready" });

if (waiting) read(waiting);
parentPort?.on("message", read);
