import { fork, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import { readFileSync } from "node:fs";

const PATIENCE_MS = 20_000;
const MEMORY_BYTES = 900 * 1024 * 1024;
const PAGE_BYTES = 4_096;
/** A reader is replaced after so many files, as what the parser keeps adds up. */
const FILES_PER_READER = 400;

export type Outcome = { outcome: string; late?: number };

const memoryOf = (pid: number): number => {
  try {
    return Number(readFileSync(`/proc/${pid}/statm`, "utf8").split(" ")[1]) * PAGE_BYTES;
  } catch {
    return 0;
  }
};

/** Reads files with a process that stays warm; one that hangs, swells or dies is replaced, and said so. */
export const createWarmReader = () => {
  let child: ChildProcess | undefined;
  let files = 0;
  const start = async (): Promise<ChildProcess> => {
    const fresh = fork(new URL("./reader.ts", import.meta.url).pathname, [], { execArgv: [], stdio: "ignore" });
    await once(fresh, "message");
    files = 0;
    return (child = fresh);
  };
  const close = () => {
    child?.kill("SIGKILL");
    child = undefined;
  };
  const read = async (path: string): Promise<Outcome> => {
    if (files++ >= FILES_PER_READER) close();
    const reader = child ?? (await start());
    const { promise, resolve } = Promise.withResolvers<Outcome>();
    const onExit = (code: number | null, signal: string | null) => resolve({ outcome: `died of ${signal ?? code}` });
    const begun = performance.now();
    const watch = setInterval(() => {
      if (performance.now() - begun > PATIENCE_MS) resolve({ outcome: "took too long" });
      if (memoryOf(reader.pid ?? 0) > MEMORY_BYTES) resolve({ outcome: "took too much memory" });
    }, 50);
    reader.once("message", resolve).once("exit", onExit);
    reader.send(path, () => {});
    const outcome = await promise;
    clearInterval(watch);
    reader.off("message", resolve).off("exit", onExit);
    if (/^(died|took)/.test(outcome.outcome)) close();
    return outcome;
  };
  return { read, close };
};
