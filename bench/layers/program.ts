import { spawn } from "node:child_process";
import { once } from "node:events";
import { readFile } from "node:fs/promises";

export type Program = {
  pid: number;
  /** The first group of what it prints, once it has printed it. */
  printed(pattern: RegExp): Promise<string>;
  stop(): Promise<void>;
};

/** Runs a TypeScript file of this repository as a process of its own, with this environment alone. */
export const startProgram = (path: string, env: Record<string, string | undefined> = {}): Program => {
  const { PATH, HOME, NODE_OPTIONS } = process.env;
  const child = spawn(process.execPath, [new URL(`../../${path}`, import.meta.url).pathname], {
    env: { PATH, HOME, NODE_OPTIONS, ...env },
    stdio: ["ignore", "pipe", "inherit"],
  });
  let output = "";
  child.stdout.on("data", (data: Buffer) => (output += data.toString()));
  return {
    pid: child.pid ?? 0,
    printed: async (pattern) => {
      for (;;) {
        const found = pattern.exec(output)?.[1];
        if (found !== undefined) return found;
        if (child.exitCode !== null) throw new Error(`${path} ended with ${child.exitCode}`);
        await new Promise((resolve) => setTimeout(resolve, 5));
      }
    },
    stop: async () => {
      if (child.exitCode !== null || child.signalCode !== null) return;
      child.kill("SIGINT");
      await once(child, "exit");
    },
  };
};

const MS_PER_TICK = 10;

/** CPU that a process and its threads have used (proc(5), Linux only). */
export const cpuMs = async ({ pid }: Pick<Program, "pid">): Promise<number> => {
  const stat = await readFile(`/proc/${pid}/stat`, "utf8");
  const fields = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
  return (Number(fields[11]) + Number(fields[12])) * MS_PER_TICK;
};
