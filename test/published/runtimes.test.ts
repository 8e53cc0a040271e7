import { execFileSync } from "node:child_process";
import { mkdtemp, readFile, rm, symlink } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { RELEASED } from "../../scripts/sdk-api.ts";
import { startTestApp } from "../support/app.ts";
import { cleanUp } from "../support/clean-up.ts";
import { goJourney } from "./journey.ts";
import { packClient, ROOT, run } from "./packed.ts";

const RUNTIMES = [
  { runtime: "Node 20", installed: "node@~20", command: ["node"], version: /^v20\./ },
  { runtime: "Deno", installed: "deno@2", command: ["deno", "run", "--allow-all", "--no-prompt"], version: /^deno 2/ },
  { runtime: "Bun", installed: "bun@1", command: ["bun"], version: /^1\./ },
];

const newFolder = async (): Promise<string> => {
  const folder = await mkdtemp(join(tmpdir(), "docuchat-runtime-"));
  cleanUp(() => rm(folder, { recursive: true, force: true }));
  return folder;
};

const released = JSON.parse(await readFile(join(RELEASED, "version.json"), "utf8")) as {
  version: string;
  commit: string;
};
const isKnown = (commit: string): boolean => {
  try {
    execFileSync("git", ["cat-file", "-e", `${commit}^{commit}`], { cwd: ROOT, stdio: "ignore" });
    return true;
  } catch {
    return false;
  }
};

const app = await startTestApp();

describe("the packed client", async () => {
  const packed = await packClient();

  test.each(RUNTIMES)(
    "goes the whole way in $runtime",
    async ({ installed, command: [program = "", ...options], version }) => {
      const own = await newFolder();
      await run("npm", ["install", "--prefix", own, "--no-audit", "--no-fund", installed], own);
      const binary = join(own, "node_modules/.bin", program);
      expect(await run(binary, ["--version"], own)).toMatch(version);
      await goJourney(app, packed, [binary, ...options]);
    },
    240_000,
  );
});

test.skipIf(!isKnown(released.commit))(
  `the released client, ${released.version}, goes the whole way against this server (needs the history)`,
  async () => {
    const older = await newFolder();
    const paths = ["client-sdk", "db", "server", "scripts", "package.json", "tsconfig.json"];
    const archive = execFileSync("git", ["archive", released.commit, ...paths], { cwd: ROOT, maxBuffer: 2 ** 28 });
    execFileSync("tar", ["-x", "-C", older], { input: archive });
    await symlink(join(ROOT, "node_modules"), join(older, "node_modules"));
    await goJourney(app, await packClient(older), [process.execPath]);
  },
  120_000,
);
