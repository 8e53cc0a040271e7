import { execFile, spawn } from "node:child_process";
import { access, mkdtemp, readFile, rm, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { text } from "node:stream/consumers";
import { promisify } from "node:util";
import { describe, expect, test } from "vitest";
import client from "../client-sdk/package.json" with { type: "json" };
import baseline from "../eval/baseline.json" with { type: "json" };
import { toTables } from "../eval/table.ts";
import manifest from "../package.json" with { type: "json" };
import { readConfig, VARIABLES } from "../server/config.ts";
import { REASONS, ReasonData } from "../server/contract/errors.ts";
import { codeIn, startTestApp } from "./support/app.ts";
import { cleanUp } from "./support/clean-up.ts";
import { readPage, readPages, ROOT, tableIn, type Block, type Page } from "./support/markdown.ts";
import { makePdf } from "./support/pdf.ts";
import { waitFor } from "./support/server-process.ts";

const pages = await readPages();
const blocksOf = (...languages: string[]): (Block & { page: Page })[] =>
  pages.flatMap((page) =>
    page.blocks.filter(({ language }) => languages.includes(language)).map((block) => ({ ...block, page })),
  );
const newFolder = async () => {
  const folder = await mkdtemp(join(tmpdir(), "docuchat-docs-"));
  cleanUp(() => rm(folder, { recursive: true, force: true }));
  return folder;
};

/** What blocks take for given: a client that is signed in, and what a user has at hand. */
const GIVEN = `import type { createDocuChat as create, DocuChat, isReason as narrows, UploadedFile } from "@docuchat/client";
declare global {
  const createDocuChat: typeof create;
  const isReason: typeof narrows;
  const client: DocuChat;
  const pdf: Blob;
  const file: UploadedFile;
}`;

const compile = async (modules: Record<string, string>): Promise<string> => {
  const folder = await newFolder();
  await symlink(join(ROOT, "node_modules"), join(folder, "node_modules"));
  await symlink(ROOT, join(folder, "docuchat"));
  const compilerOptions = { moduleDetection: "force", noUnusedLocals: false };
  await writeFile(join(folder, "package.json"), '{"type":"module"}');
  await writeFile(
    join(folder, "tsconfig.json"),
    JSON.stringify({ extends: join(ROOT, "tsconfig.json"), compilerOptions, include: ["*.ts", "*.tsx"] }),
  );
  for (const [name, code] of Object.entries({ "given.ts": GIVEN, ...modules }))
    await writeFile(join(folder, name), code);
  const { stdout } = await promisify(execFile)(join(ROOT, "node_modules/.bin/tsc"), ["-p", "."], { cwd: folder }).catch(
    (error: { stdout: string }) => error,
  );
  return stdout;
};

test("every TypeScript block compiles against the client and the server as they are", async () => {
  const blocks = blocksOf("ts", "tsx");
  expect(blocks.length).toBeGreaterThan(15);
  const name = ({ page, line, language }: (typeof blocks)[number]) =>
    `${page.path.replaceAll(/[^\w]/g, "-")}-${line}.${language}`;
  const modules = Object.fromEntries(blocks.map((block) => [name(block), block.code]));
  const complaints = await compile({ ...modules, "control.ts": "client.files.get({ name: 1 });" });
  // That the compiler complains where it should is seen by one block that is wrong.
  expect(
    complaints.split("\n").filter((line) => line && !line.startsWith(" ") && !line.startsWith("control.ts")),
  ).toEqual([]);
  expect(complaints).toContain("control.ts(1,");
});

describe("shell blocks", () => {
  const lines = blocksOf("sh").flatMap(({ page, code, line }) =>
    code
      .replaceAll("\\\n", " ")
      .split("\n")
      .filter((text) => text.trim() && page.path !== "docs/http-api.md")
      .map((command) => ({ where: `${page.path}:${line}`, command: command.replace(/^(\w+=\S* )+/, "").trim() })),
  );

  test.for(lines)("$where: $command", async ({ command }) => {
    for (const one of command.replace(/\s+#.*$/, "").split(" && ")) {
      const [program = "", first = "", second = ""] = one.split(/\s+/);
      const script = first === "run" ? second : first;
      if (program === "npm" && !["ci", "install"].includes(first))
        expect(Object.keys(manifest.scripts)).toContain(script);
      const path = program === "npx" ? one.split(/\s+/).find((word) => /\.[cm]?[jt]s$/.test(word)) : undefined;
      if (path ?? program.startsWith(".")) await access(join(ROOT, path ?? program));
      if (program === "cp") await access(join(ROOT, first));
      expect(program).toMatch(/^(npm|npx|docker|cp|\.ci\/run)$/);
    }
  });
});

test("the HTTP guide's blocks, one after another, are a script that runs", async () => {
  const app = await startTestApp();
  const folder = await newFolder();
  await writeFile(join(folder, "paper.pdf"), await makePdf(["The harvest of barley was 4711 tons in 1893."]));
  const { blocks } = await readPage("docs/http-api.md");
  const script = ["set -euo pipefail", ...blocks.map(({ code }) => code)].join("\n");
  const env = { PATH: process.env["PATH"], URL: app.url, PDF: "paper.pdf", TENANT: app.newTenant() };
  const child = spawn("bash", ["-c", script], { cwd: folder, env, stdio: ["pipe", "pipe", "inherit"] });
  const output = text(child.stdout);
  const ended = new Promise((resolve) => child.once("close", resolve));
  child.stdin.end(`${await waitFor(() => codeIn(app.printed.at(-1)) || undefined)}\n`);
  expect(await ended).toBe(0);
  const said = await output;
  for (const part of ['"status":"ready"', "event: started", "event: finished", '"last24h"', '{"ok":true}'])
    expect(said).toContain(part);
  // Told once, and again only what came behind the second event.
  expect(said.match(/event: started/g)).toHaveLength(1);
  expect(said.match(/event: finished/g)).toHaveLength(2);
});

test("settings that stand in a block are taken by the server", () => {
  const lines = blocksOf("").flatMap(({ code }) => [...code.matchAll(/^([A-Z][A-Z_]+)=(\S+)/gm)]);
  expect(lines.length).toBeGreaterThan(1);
  for (const [line, name = "", value] of lines) expect(() => readConfig({ [name]: value }), line).not.toThrow();
});

test("the versions to set for the hooks of TanStack Query are the client's own", () => {
  const [block] = blocksOf("json").filter(({ page }) => page.path === "client-sdk/README.md");
  const { overrides } = JSON.parse(block?.code ?? "") as { overrides: Record<string, Record<string, string>> };
  for (const versions of Object.values(overrides)) expect(client.dependencies).toMatchObject(versions);
});

test("the table of reasons is the contract's", async () => {
  const carried = (reason: string) =>
    Object.keys(ReasonData[reason as keyof typeof ReasonData]?.shape ?? {}).join(", ");
  const rows = Object.entries(REASONS).map(([reason, { status, message }]) => [
    reason,
    String(status),
    message,
    carried(reason),
  ]);
  expect(tableIn(await readPage("docs/errors.md"), "reason")).toEqual(rows);
});

describe("the table of settings", async () => {
  const rows = tableIn(await readPage("docs/configuration.md"), "variable");
  const example = Object.fromEntries(
    (await readFile(join(ROOT, ".env.example"), "utf8"))
      .matchAll(/^([A-Z_]+)=(.*)$/gm)
      .map(([, name, value]) => [name, value]),
  ) as Record<string, string>;

  test("has a row for each setting that there is", () => {
    expect(new Set(rows.map(([name]) => name))).toEqual(new Set(VARIABLES));
  });

  test("has the defaults of .env.example, which are those of the server", () => {
    expect(rows.map(([name, value]) => [name, value])).toEqual(rows.map(([name = ""]) => [name, example[name]]));
    expect(readConfig(example)).toEqual(readConfig({}));
  });
});

test("the evaluation's tables are the stored baseline's", async () => {
  const lines = (text: string) => text.replaceAll(/[ -]+/g, " ").split("\n");
  const { text } = await readPage("docs/eval.md");
  expect(lines(text)).toEqual(expect.arrayContaining(lines(toTables(baseline.full))));
});

test("every link leads to a page, a file, or a heading of one", async () => {
  for (const { path, text } of pages)
    for (const [, target = ""] of text.matchAll(/(?<!!)\[[^\]]*\]\(([^)]+)\)/g)) {
      if (/^https?:/.test(target)) continue;
      const [file = "", anchor] = target.split("#");
      const found = join(dirname(path), file || path.split("/").at(-1) || "");
      await expect(access(join(ROOT, found)), `${path}: ${target}`).resolves.toBeUndefined();
      if (!anchor) continue;
      const anchors = (await readPage(found)).headings.map((heading) =>
        heading
          .replace(/^#+ /, "")
          .toLowerCase()
          .replaceAll(/[^\p{L}\p{N}\s-]/gu, "")
          .replaceAll(/\s/g, "-"),
      );
      expect(anchors, `${path}: ${target}`).toContain(anchor);
    }
});

test.for([
  ["README.fa.md", "README.md"],
  ["docs/fa/quick-start.md", "docs/quick-start.md"],
] as const)("%s says in Persian, from right to left, what %s says", async ([persian, english]) => {
  const [fa, en] = [await readPage(persian), await readPage(english)];
  const levels = (page: Page) => page.headings.map((heading) => heading.replace(/ .*/s, ""));
  expect(levels(fa)).toEqual(levels(en));
  expect(fa.blocks.map(({ language, code }) => [language, code])).toEqual(
    en.blocks.map(({ language, code }) => [language, code]),
  );
  const [open, close] = [fa.text.indexOf('<div dir="rtl">'), fa.text.lastIndexOf("</div>")];
  expect(open).toBeGreaterThan(-1);
  const prose = fa.text.slice(open, close).replaceAll(/^```.*?^```$/gms, "");
  expect(fa.text.slice(close + "</div>".length).trim()).toBe("");
  for (const heading of fa.headings.slice(1)) expect(heading).toMatch(/\p{Script=Arabic}/u);
  // Persian has letters of its own for yeh and kaf.
  expect(prose).not.toMatch(/[يك]/);
});
