import { spawn, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import { createReadStream, existsSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, extname, join } from "node:path";
import { pipeline } from "node:stream/promises";
import { fileURLToPath } from "node:url";
import { ReasonError } from "../../errors.ts";
import type { ExtractEvent } from "../document.ts";
import { createClock } from "./clock.ts";
import { createInbox } from "./inbox.ts";
import type { ChildMessage, DocumentFault, Limits, Start } from "./protocol.ts";

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

const start = (): ChildProcess => {
  const program = fileURLToPath(new URL(`./child${extname(import.meta.url)}`, import.meta.url));
  const rights = ["--permission", "--allow-worker", ...readable().map((path) => `--allow-fs-read=${path}`)];
  const child = spawn(process.execPath, [...rights, program], {
    env: {},
    serialization: "advanced",
    stdio: ["pipe", "ignore", "ignore", "ipc"],
  });
  child.unref();
  child.channel?.unref();
  return child;
};

/** Ends after the child has exited and all that it said has been heard. */
const isOver = (child: ChildProcess): Promise<unknown> =>
  new Promise<unknown>((resolve) => {
    child.once("error", resolve);
    void Promise.all([once(child, "exit"), once(child, "disconnect")]).then(resolve, resolve);
  });

/** A child process that reads one PDF; it is ready after half a second, and what it is told before then waits. */
export type Extractor = {
  isAlive(): boolean;
  /** Hands over the work, once; a file that cannot be read fails the extraction with its own error. */
  feed(path: string, limits: Limits & { timeoutMs: number }): void;
  /** The next thing that it says; rejects with the document's fault, or with whatever `fail` was given. */
  take(): Promise<ExtractEvent | { type: "done" }>;
  fail(error: unknown): void;
  end(): Promise<void>;
};

const earlyEnd = ({ exitCode, signalCode }: ChildProcess): Error =>
  FATAL_SIGNALS.has(signalCode)
    ? new ReasonError("PDF_TOO_COMPLEX")
    : new Error(`The extractor ended early (${signalCode ?? exitCode}).`);

export const startExtractor = (): Extractor => {
  const child = start();
  const inbox = createInbox<ExtractEvent | { type: "done" }>();
  const over = isOver(child);
  const clock = createClock(inbox.fail);
  let answered = false;
  const hear = (message: ChildMessage) => {
    if (message.type === "ready") clock.ready();
    else if (message.type === "crashed") inbox.fail(new Error(`The extractor crashed: ${message.error}`));
    else if (message.type === "refused") inbox.fail(toReasonError(message));
    else inbox.put(message);
    if (message.type !== "done" && message.type !== "refused") return;
    answered = true;
    clock.stop();
  };
  child.on("message", hear);
  child.on("error", inbox.fail);
  void over.then(() => answered || inbox.fail(earlyEnd(child)));
  return {
    isAlive: () => child.exitCode === null && child.signalCode === null && child.connected,
    feed: (path, { timeoutMs, ...limits }) => {
      child.ref();
      clock.start(timeoutMs);
      child.send({ type: "start", limits } satisfies Start, () => {});
      const file = createReadStream(path).once("error", inbox.fail);
      if (child.stdin) void pipeline(file, child.stdin).catch(() => {});
    },
    take: inbox.take,
    fail: inbox.fail,
    end: async () => {
      clock.stop();
      child.ref();
      child.kill("SIGKILL");
      await over;
    },
  };
};

const toReasonError = (fault: DocumentFault): ReasonError =>
  fault.reason === "PDF_NO_TEXT"
    ? new ReasonError("PDF_NO_TEXT", { data: { pages: fault.pages } })
    : new ReasonError(fault.reason);
