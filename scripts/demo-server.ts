import { spawn } from "node:child_process";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";

export type DemoServer = {
  url: string;
  /** The login code that the server prints next, or has printed since the last call. */
  nextCode(): Promise<string>;
  /** Ends the process and removes its data. */
  stop(): Promise<void>;
};

/** What the server may know of this environment: a configured database or mail server is not for a demo. */
const PASSED_ON = /^(PATH|HOME|TMPDIR|TEMP|SYSTEMROOT|OPENAI_.*|ALLOWED_MODELS|EMBEDDING_.*)$/i;
const START_MS = 60_000;
const STOP_MS = 10_000;

/** The server as `npm start` runs it, on a free port, with a new database in a temporary folder; an abort ends it. */
export const startDemoServer = async (signal: AbortSignal): Promise<DemoServer> => {
  signal.throwIfAborted();
  const dataDir = await mkdtemp(join(tmpdir(), "docuchat-demo-"));
  const own = Object.entries(process.env).filter(([name]) => PASSED_ON.test(name));
  const child = spawn(process.execPath, [join(import.meta.dirname, "../server/main.ts")], {
    env: { ...Object.fromEntries(own), PORT: "0", HOST: "127.0.0.1", DATA_DIR: dataDir, LOG_LEVEL: "error" },
    stdio: ["ignore", "pipe", "pipe"],
    // Not in the terminal's process group: an interrupt reaches it through `stop` alone.
    detached: true,
  });
  signal.addEventListener("abort", () => child.kill("SIGTERM"));
  const exited = new Promise<void>((resolve) => child.once("close", () => resolve()));
  const complaints: string[] = [];
  createInterface(child.stderr).on("line", (line) => complaints.push(line));
  const lines = createInterface(child.stdout)[Symbol.asyncIterator]();
  const nextMatch = async (pattern: RegExp): Promise<string> => {
    for (let line = await lines.next(); !line.done; line = await lines.next()) {
      const found = pattern.exec(line.value)?.[1];
      if (found) return found;
    }
    throw new Error(`The server has stopped.\n${complaints.join("\n")}`.trim());
  };
  const stop = async () => {
    child.kill("SIGTERM");
    const timer = setTimeout(() => child.kill("SIGKILL"), STOP_MS);
    await exited;
    clearTimeout(timer);
    await rm(dataDir, { recursive: true, force: true });
  };
  const slow = setTimeout(() => child.kill("SIGKILL"), START_MS);
  try {
    const url = await nextMatch(/listens on (http\S+)/);
    return { url, nextCode: () => nextMatch(/login code for .*: (\d{6})\b/), stop };
  } catch (error) {
    await stop();
    throw error;
  } finally {
    clearTimeout(slow);
  }
};
