import { spawn, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import { createReadStream, existsSync } from "node:fs";
import { createRequire } from "node:module";
import { stat } from "node:fs/promises";
import { dirname, extname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { ReasonError } from "../../errors.ts";
import { prepared } from "../../prepared.ts";
import type { ExtractEvent } from "../document.ts";
import { toReasonError } from "../fault.ts";
import { createClock } from "./clock.ts";
import { createInbox } from "./inbox.ts";
import type { ChildMessage, Limits, Start } from "./protocol.ts";

export const CHILD = new URL(`./child${extname(import.meta.url)}`, import.meta.url);
/** What the installation has compiled for it (`scripts/prepare-reader.ts`) halves its start. */
export const COMPILED: NodeJS.ProcessEnv = { NODE_COMPILE_CACHE: fileURLToPath(prepared("compiled")) };

/** How V8 ends a process that ran out of memory in a way it could not throw. */
const FATAL_SIGNALS: ReadonlySet<string | null> = new Set(["SIGABRT", "SIGILL", "SIGTRAP", "SIGSEGV", "SIGBUS"]);

/**
 * Our own source and the packages, by the paths they are looked up at and where they really are: the child reads nothing
 * else, writes nothing, reaches nothing.
 */
const readable = (): string[] => {
  const { resolve } = createRequire(import.meta.url);
  const lookedUp = resolve.paths("pdf-parse")?.filter((path) => existsSync(path)) ?? [];
  const parser = resolve("pdf-parse");
  const real = parser.slice(0, parser.lastIndexOf(join("/node_modules", "/")));
  const projects = new Set([real, ...lookedUp.map((path) => dirname(path))]);
  const packages = [...projects].flatMap((path) => [join(path, "node_modules/"), join(path, "package.json")]);
  return [fileURLToPath(new URL("../../", import.meta.url)), ...packages];
};

let command: string[] | undefined;
const makeCommand = (): string[] => [
  "--permission",
  "--allow-worker",
  ...readable().map((path) => `--allow-fs-read=${path}`),
  fileURLToPath(CHILD),
];

const start = (): ChildProcess => {
  const child = spawn(process.execPath, (command ??= makeCommand()), {
    // It must not write there: what it compiles may be a document's doing.
    env: { ...COMPILED, NODE_COMPILE_CACHE_READONLY: "1" },
    serialization: "advanced",
    stdio: ["pipe", "ignore", "ignore", "ipc"],
  });
  child.unref();
  child.channel?.unref();
  // It may end before it has taken all that it was sent.
  child.stdin?.on("error", () => {});
  return child;
};

/** Ends after the child has exited and all that it said has been heard. */
const isOver = (child: ChildProcess): Promise<unknown> =>
  new Promise<unknown>((resolve) => {
    child.once("error", resolve);
    void Promise.all([once(child, "exit"), once(child, "disconnect")]).then(resolve, resolve);
  });

type Told = ExtractEvent | { type: "done" };

/** A child process that reads PDFs; it is ready after half a second, and what it is told before then waits. */
export type Extractor = {
  isAlive(): boolean;
  /** It has read its last document well and holds no more than a new one would: it may be handed another. */
  isFit(): boolean;
  /** How many documents it has been handed. */
  documents(): number;
  /** Hands over a document, when the last one is done; a file that cannot be read fails the extraction with its own error. */
  feed(path: string, limits: Limits & { timeoutMs: number }): void;
  /** The next thing that it says; rejects with the document's fault, or with whatever `fail` was given. */
  take(): Promise<Told>;
  fail(error: unknown): void;
  end(): Promise<void>;
};

const earlyEnd = ({ exitCode, signalCode }: ChildProcess): Error =>
  FATAL_SIGNALS.has(signalCode)
    ? new ReasonError("PDF_TOO_COMPLEX")
    : new Error(`The extractor ended early (${signalCode ?? exitCode}).`);

/** After more than this, a document that needs much would be refused for what others have left. */
const FIT_BYTES = 320 * 1024 * 1024;

export const startExtractor = (): Extractor => {
  const child = start();
  const inbox = createInbox<Told>();
  const over = isOver(child);
  const clock = createClock(inbox.fail);
  let documents = 0;
  let rssBytes = 0;
  let state: "idle" | "reading" | "ended" = "idle";
  /** What a process that has read before cannot do says nothing about the document. */
  const blame = (fault: Error): Error =>
    documents > 1 && fault instanceof ReasonError && fault.reason === "PDF_TOO_COMPLEX"
      ? new Error("The extractor may be worn out.", { cause: fault })
      : fault;
  const hear = (message: ChildMessage) => {
    if (message.type === "ready") return clock.ready();
    if (message.type === "crashed") return inbox.fail(new Error(`The extractor crashed: ${message.error}`));
    if (message.type !== "done" && message.type !== "refused") return inbox.put(message);
    clock.stop();
    state = message.type === "done" ? "idle" : "ended";
    if (message.type === "refused") return inbox.fail(blame(toReasonError(message)));
    rssBytes = message.rssBytes;
    inbox.put(message);
  };
  child.on("message", hear);
  child.on("error", inbox.fail);
  void over.then(() => state === "reading" && inbox.fail(blame(earlyEnd(child))));
  const isAlive = () => child.exitCode === null && child.signalCode === null && child.connected;
  return {
    isAlive,
    // What was not taken of one document must not be taken for the next one.
    isFit: () => state === "idle" && inbox.isEmpty() && isAlive() && rssBytes < FIT_BYTES,
    documents: () => documents,
    feed: (path, { timeoutMs, ...limits }) => {
      documents += 1;
      state = "reading";
      child.ref();
      clock.start(timeoutMs);
      send(child, { path, limits, fail: inbox.fail, over }).catch(inbox.fail);
    },
    take: inbox.take,
    fail: (error) => {
      state = "ended";
      inbox.fail(error);
    },
    end: async () => {
      clock.stop();
      child.ref();
      child.kill("SIGKILL");
      await over;
    },
  };
};

/** Tells the child how much is coming, and sends it. That the child is gone meanwhile is noticed by its end. */
const send = async (child: ChildProcess, { path, limits, fail, over }: Sending): Promise<void> => {
  const { size: sizeBytes } = await stat(path);
  child.send({ type: "start", limits, sizeBytes } satisfies Start, () => {});
  const file = createReadStream(path, { end: Math.max(0, sizeBytes - 1) }).once("error", fail);
  void over.then(() => file.destroy());
  if (child.stdin) file.pipe(child.stdin, { end: false });
};
type Sending = { path: string; limits: Limits; fail: (error: unknown) => void; over: Promise<unknown> };
