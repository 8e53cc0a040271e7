import { execFile } from "node:child_process";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { expect, test } from "vitest";

/** Prints what a server with a model server has loaded of two packages by its start, and by their first uses after that. */
const PROGRAM = `
import fs from "node:fs";
import { registerHooks, syncBuiltinESMExports } from "node:module";
const loaded = [];
const load = (url, context, next) => (loaded.push(url), next(url, context));
registerHooks({ load });
const { readFileSync } = fs;
fs.readFileSync = (path, ...rest) => (loaded.push(String(path)), readFileSync(path, ...rest));
syncBuiltinESMExports();
const count = () => ({
  tiktoken: loaded.filter((path) => path.includes("/tiktoken/")).length,
  openai: loaded.some((path) => path.includes("/node_modules/openai/")),
});
const { createDocuChatServer } = await import("./server/index.ts");
const settings = { DATA_DIR: process.env.DATA_DIR, LOG_LEVEL: "error", OPENAI_API_KEY: "k", OPENAI_BASE_URL: "http://127.0.0.1:9/v1" };
const server = await createDocuChatServer({ settings });
const counts = [count()];
const { countTokens } = await import("./server/tokens.ts");
for (const text of ["one", "two"]) {
  countTokens(text);
  counts.push(count());
}
const { createVendor } = await import("./server/model/openai/client.ts");
const vendor = createVendor({ apiKey: "k", baseUrl: settings.OPENAI_BASE_URL });
await vendor.embed({ model: "m", input: ["one"] }, AbortSignal.timeout(60_000)).catch(() => {});
counts.push(count());
console.log(JSON.stringify(counts));
await server.close();
`;

test("a start loads neither the vocabulary of tokens nor the client of the model server: their first use does", async () => {
  const dataDir = await mkdtemp(join(tmpdir(), "docuchat-first-use-"));
  try {
    const { stdout } = await promisify(execFile)(process.execPath, ["--input-type=module", "--eval", PROGRAM], {
      env: { PATH: process.env["PATH"], DATA_DIR: dataDir },
    });
    expect(JSON.parse(stdout.trim().split("\n").at(-1) ?? "")).toEqual([
      { tiktoken: 0, openai: false },
      { tiktoken: 1, openai: false },
      { tiktoken: 1, openai: false },
      { tiktoken: 1, openai: true },
    ]);
  } finally {
    await rm(dataDir, { recursive: true, force: true });
  }
});
