import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, readdir, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createDocuChat } from "../client-sdk/src/index.ts";
import { makePdfOfPages } from "../test/support/pdf.ts";

const PAGES = 300;
const CHATS = 50;
const QUERIES = 500;
const MS_PER_TICK = 10;

/** CPU that a process and all its descendants, ended ones too, have used (proc(5), Linux only). */
const cpuMs = async (root: number): Promise<number> => {
  const parents = new Map<number, number>();
  const used = new Map<number, number>();
  for (const name of await readdir("/proc")) {
    if (!/^\d+$/.test(name)) continue;
    const stat = await readFile(`/proc/${name}/stat`, "utf8").catch(() => "");
    const fields = stat
      .slice(stat.lastIndexOf(")") + 2)
      .split(" ")
      .map(Number);
    parents.set(Number(name), fields[1] ?? 0);
    used.set(Number(name), fields.slice(11, 15).reduce((sum, ticks) => sum + ticks, 0) * MS_PER_TICK);
  }
  const isWithin = (pid: number): boolean => pid === root || (pid > 1 && isWithin(parents.get(pid) ?? 0));
  return used.entries().reduce((sum, [pid, ms]) => sum + (isWithin(pid) ? ms : 0), 0);
};

/** CPU of the whole process tree for a page that is read, an answer and a small call; embedded parts, offline model. */
export const measureCosts = async (): Promise<{ pageMs: number; chatMs: number; queryMs: number }> => {
  const dataDir = await mkdtemp(join(tmpdir(), "docuchat-costs-"));
  const { PATH, HOME } = process.env;
  const child = spawn(process.execPath, [new URL("../server/main.ts", import.meta.url).pathname], {
    env: { PATH, HOME, DATA_DIR: dataDir, PORT: "0", RATE_LIMIT_PER_MINUTE: "1000000", LOG_LEVEL: "error" },
    stdio: ["ignore", "pipe", "inherit"],
  });
  let output = "";
  child.stdout.on("data", (data: Buffer) => (output += data.toString()));
  const printed = async (pattern: RegExp): Promise<string> => {
    for (;;) {
      const found = pattern.exec(output)?.[1];
      if (found) return found;
      await new Promise((resolve) => setTimeout(resolve, 10));
    }
  };
  const cost = async (times: number, work: () => Promise<void>): Promise<number> => {
    const before = await cpuMs(child.pid ?? 0);
    await work();
    return Number((((await cpuMs(child.pid ?? 0)) - before) / times).toFixed(2));
  };
  try {
    const client = createDocuChat({ url: (await printed(/listens on (\S+)/)).replace(/\/$/, ""), tenant: "costs" });
    const { challengeId } = await client.auth.requestCode({ email: "costs@example.org" });
    await client.auth.verifyCode({ challengeId, code: await printed(/login code for .*: (\d{6})/) });
    const upload = async (pages: number) => {
      const pdf = new Blob([new Uint8Array(await makePdfOfPages(pages))]);
      await client.files.upload(pdf, { name: `${pages}.pdf` }).ready;
    };
    await upload(2);
    const pageMs = await cost(PAGES, () => upload(PAGES));
    const chatMs = await cost(CHATS, async () => {
      for (let n = 0; n < CHATS; n++)
        for await (const _ of client.chat.ask({ question: `What does paragraph ${n} of the report tell?` }));
    });
    const queryMs = await cost(QUERIES, async () => {
      for (let n = 0; n < QUERIES; n++) await client.usage.summary();
    });
    await client.close();
    return { pageMs, chatMs, queryMs };
  } finally {
    child.kill("SIGTERM");
    await once(child, "exit");
    await rm(dataDir, { recursive: true, force: true });
  }
};
