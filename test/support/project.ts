import { spawn } from "node:child_process";
import { cp, mkdir, mkdtemp, rm, symlink } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { cleanUp } from "./clean-up.ts";

export const ROOT = new URL("../..", import.meta.url).pathname;

/** A copy of an example that finds what it depends on, and no more: the client at `client`, and packages by links. */
export const projectOf = async (example: string, client: string, dependencies: string[] = []): Promise<string> => {
  const folder = await mkdtemp(join(tmpdir(), "docuchat-example-"));
  cleanUp(() => rm(folder, { recursive: true, force: true }));
  await cp(join(ROOT, "examples", example), folder, { recursive: true });
  const link = async (name: string, target: string) => {
    await mkdir(join(folder, "node_modules", name, ".."), { recursive: true });
    await symlink(target, join(folder, "node_modules", name));
  };
  await link("@docuchat/client", client);
  for (const name of dependencies) await link(name, join(ROOT, "node_modules", name));
  return folder;
};

export type Running = {
  /** All that it has said, errors too. */
  output(): string;
  answer(line: string): void;
  ended: Promise<number | null>;
  /** Asks it to end, and whatever it has started. */
  stop(): Promise<number | null>;
};

/** A program with somebody at its terminal. */
export const start = (
  command: string,
  args: string[],
  options: { cwd?: string; env?: Record<string, string | undefined> } = {},
): Running => {
  const env = { PATH: process.env["PATH"], ...options.env };
  const child = spawn(command, args, { ...options, env, stdio: ["pipe", "pipe", "pipe"], detached: true });
  const ended = new Promise<number | null>((resolve) => child.once("close", resolve));
  const signal = (name: NodeJS.Signals) => {
    if (child.pid === undefined) return;
    try {
      process.kill(-child.pid, name);
    } catch {
      // All of them have ended.
    }
  };
  cleanUp(() => signal("SIGKILL"));
  let output = "";
  for (const stream of [child.stdout, child.stderr]) stream.on("data", (part: Buffer) => (output += part.toString()));
  return {
    output: () => output,
    answer: (line) => child.stdin.write(`${line}\n`),
    ended,
    stop: () => {
      signal("SIGTERM");
      return ended;
    },
  };
};
