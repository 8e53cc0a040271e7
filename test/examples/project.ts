import { spawn } from "node:child_process";
import { cp, mkdir, mkdtemp, rm, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { cleanUp } from "../support/clean-up.ts";

export const ROOT = new URL("../..", import.meta.url).pathname;

/** A copy of an example that finds what it depends on, and no more: the client as its sources are now. */
export const projectOf = async (example: string, dependencies: string[] = []): Promise<string> => {
  const folder = await mkdtemp(join(tmpdir(), "docuchat-example-"));
  cleanUp(() => rm(folder, { recursive: true, force: true }));
  await cp(join(ROOT, "examples", example), folder, { recursive: true });
  const installed = join(folder, "node_modules/@docuchat/client");
  await mkdir(installed, { recursive: true });
  await symlink(join(ROOT, "client-sdk/src"), join(installed, "src"));
  const exports = { ".": "./src/index.ts", "./react": "./src/react/index.ts" };
  await writeFile(join(installed, "package.json"), JSON.stringify({ type: "module", exports }));
  for (const name of dependencies) {
    await mkdir(join(folder, "node_modules", name, ".."), { recursive: true });
    await symlink(join(ROOT, "node_modules", name), join(folder, "node_modules", name));
  }
  return folder;
};

export type Running = {
  /** All that it has said, errors too. */
  output(): string;
  answer(line: string): void;
  ended: Promise<number | null>;
  stop(): void;
};

/** A program with somebody at its terminal. */
export const start = (
  command: string,
  args: string[],
  options: { cwd?: string; env?: Record<string, string | undefined> } = {},
): Running => {
  const env = { PATH: process.env["PATH"], ...options.env };
  const child = spawn(command, args, { ...options, env, stdio: ["pipe", "pipe", "pipe"] });
  cleanUp(() => void child.kill("SIGKILL"));
  let output = "";
  for (const stream of [child.stdout, child.stderr]) stream.on("data", (part: Buffer) => (output += part.toString()));
  return {
    output: () => output,
    answer: (line) => child.stdin.write(`${line}\n`),
    ended: new Promise((resolve) => child.once("close", resolve)),
    stop: () => void child.kill("SIGTERM"),
  };
};
