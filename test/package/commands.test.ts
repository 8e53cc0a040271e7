import { execFile } from "node:child_process";
import { cp, mkdir, mkdtemp, readdir, readFile, rm, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { delimiter, join } from "node:path";
import { promisify } from "node:util";
import { beforeAll, describe, expect, test } from "vitest";
import { readOptions } from "../../eval/options.ts";
import { cleanUp } from "../support/clean-up.ts";
import { readPage, readPages, ROOT } from "../support/markdown.ts";
import { makePdf } from "../support/pdf.ts";
import { start, type Running } from "../support/project.ts";
import { waitFor } from "../support/server-process.ts";
import { run } from "./packed.ts";

/** The lines of the pages' shell blocks, without remarks. The HTTP guide is a script of its own (`test/docs.test.ts`). */
const commands = new Set(
  (await readPages())
    .filter(({ path }) => path !== "docs/http-api.md")
    .flatMap(({ blocks }) => blocks.filter(({ language }) => language === "sh"))
    .flatMap(({ code }) => code.split("\n"))
    .map((line) => line.replace(/\s+#.*$/, "").trim())
    .filter(Boolean),
);

/** Run by tests beside the parts that they need. */
const ELSEWHERE: Record<string, RegExp> = {
  "test/docker.test.ts": /^docker compose /,
  "test/package/package.test.ts": /^npm install @docuchat\/client$/,
};
/** They measure or search for minutes to hours, so a person starts them; the suites are held to start by their names. */
const ON_DEMAND =
  /^npm run (?:bench|coverage|test:fuzz|test:faults|test:controls|mutations|eval|services -- npm run bench:layers)\b/;

/** A new user's machine: whatever Node it has, and not the one that the project brings. */
const PATH = (process.env["PATH"] ?? "")
  .split(delimiter)
  .filter((path) => !path.includes("node_modules"))
  .join(delimiter);

/** The project as it is now in a folder of its own, with its packages by links: what commands leave behind stays there. */
const checkOut = async (): Promise<string> => {
  const folder = await mkdtemp(join(tmpdir(), "docuchat-commands-"));
  cleanUp(() => rm(folder, { recursive: true, force: true }));
  const listed = await run(
    "git",
    ["ls-files", "-z", "--cached", "--others", "--exclude-standard", "--deduplicate"],
    ROOT,
  );
  for (const path of listed.split("\0").filter(Boolean)) await cp(join(ROOT, path), join(folder, path));
  await mkdir(join(folder, "node_modules/@docuchat"), { recursive: true });
  await symlink(join(folder, "client-sdk"), join(folder, "node_modules/@docuchat/client"));
  for (const name of await readdir(join(ROOT, "node_modules")))
    if (name !== "@docuchat") await symlink(join(ROOT, "node_modules", name), join(folder, "node_modules", name));
  return folder;
};

const GUARANTEE =
  "The guarantee covers every part of the pump for thirty months. The guarantee does not cover water in the motor.";

describe("a command of the docs", () => {
  let folder: string;
  const tried = new Set<string>();
  beforeAll(async () => {
    folder = await checkOut();
    await writeFile(join(folder, "paper.pdf"), await makePdf(["It was decided to build the bridge in 1893."]));
  });

  /** Starts it as it stands on a page, but for the address of the server. */
  const type = (command: string, env: Record<string, string> = {}, cwd = folder): Running => {
    expect(commands).toContain(command);
    tried.add(command);
    const typed = command.replace("http://localhost:8000", env["URL"] ?? "");
    return start("bash", ["-c", typed], { cwd, env: { PATH, HOME: process.env["HOME"], ...env } });
  };
  const succeed = async (command: string, cwd = folder): Promise<string> => {
    const running = type(command, {}, cwd);
    expect(await running.ended, running.output()).toBe(0);
    return running.output();
  };
  const listening = (server: Running): Promise<string> =>
    waitFor(() => /listens on (\S+?)\/?\n/.exec(server.output())?.[1]);

  test("builds the client and the console, and leads to the first cited answer", async () => {
    await succeed("npm run build");
    const server = type("npm start", { PORT: "0" });
    const URL = await listening(server);
    const page = await fetch(URL, { headers: { accept: "text/html" } });
    expect(await page.text()).toContain("<title>DocuChat</title>");
    const example = type(
      'npx node examples/node-cli/ask.ts http://localhost:8000 acme ada@example.org paper.pdf "What was decided?"',
      { URL },
    );
    await waitFor(() => (example.output().includes("The code that") ? true : undefined));
    example.answer(await waitFor(() => /login code for ada@example.org.*: (\d{6})/.exec(server.output())?.[1]));
    expect([await example.ended, example.output()]).toEqual([
      0,
      expect.stringContaining('[1] page 1: "It was decided'),
    ]);
    await server.stop();
    expect(await readdir(folder)).toContain("data");
    expect(await succeed("npm run invite -- acme ada@example.org")).toContain("may now sign in to acme");
  }, 120_000);

  test("starts with the settings of .env", async () => {
    await succeed("cp .env.example .env");
    const settings = await readFile(join(folder, ".env"), "utf8");
    await writeFile(join(folder, ".env"), settings.replace(/^PORT=.*$/m, "PORT=0"));
    const server = type("npm start");
    const { port } = new URL(await listening(server));
    expect(port).not.toBe("8000");
    await server.stop();
    await rm(join(folder, ".env"));
  });

  test.for([...commands].filter((command) => command.endsWith(" npm start")))("starts: %s", async (command) => {
    const DATA_DIR = await mkdtemp(join(folder, "data-"));
    const server = type(command, { PORT: "0", DATA_DIR });
    expect((await fetch(`${await listening(server)}/readyz`)).status).toBe(200);
    await server.stop();
  });

  test("serves with reload", async () => {
    const server = type("npm run dev", { PORT: "0" });
    await listening(server);
    await server.stop();
  });

  test("evaluates one's own questions, as the page writes them", async () => {
    const { blocks } = await readPage("docs/eval.md");
    await writeFile(join(folder, "mine.jsonl"), blocks.find(({ language }) => language === "json")?.code ?? "");
    const manual = makePdf(["A manual.", "Its parts.", "How it is used.", GUARANTEE]);
    await mkdir(join(folder, "pdfs"));
    await writeFile(join(folder, "pdfs/manual.pdf"), await manual);
    expect(await succeed("npm run eval -- --questions mine.jsonl --files ./pdfs")).toMatch(/\| mine +\| +3 \| +1\.000/);
  });

  test("mends nothing in what is landed", async () => {
    await succeed("npm run fix");
    await promisify(execFile)("diff", ["-r", "server", join(ROOT, "server")], { cwd: folder });
  });

  test("lists what the product consists of", async () => {
    // npm looks at where packages really are.
    expect(await succeed("npm run sbom", ROOT)).toContain('"bomFormat": "CycloneDX"');
  });

  test("is otherwise one of the gate, or of another test, or for a person to start", async () => {
    const gate = await readFile(join(ROOT, ".ci/run"), "utf8");
    const inGate = (command: string) =>
      command === ".ci/run" || command.split(" && ").every((part) => gate.includes(` ${part}\n`));
    for (const command of commands) {
      if (tried.has(command) || inGate(command)) continue;
      const test = Object.keys(ELSEWHERE).find((path) => ELSEWHERE[path]?.test(command));
      expect.soft(test ?? ON_DEMAND.exec(command), command).not.toBeNull();
    }
  });

  test.for([...commands].filter((command) => command.startsWith("npm run eval -- ")))(
    "is understood: %s",
    (command) => {
      for (const one of command.split("; "))
        expect(() => readOptions(one.replace("npm run eval -- ", "").split(" "))).not.toThrow();
    },
  );
});
