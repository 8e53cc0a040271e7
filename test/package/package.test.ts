import { mkdtemp, readFile, stat, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { publint } from "publint";
import { describe, expect, test } from "vitest";
import { packClient, ROOT, run } from "./packed.ts";

const bin = join(ROOT, "node_modules/.bin");
const { folder, tarball, project, installed } = await packClient();

const MAIN = `
import { createDocuChat, isReason, type File } from "@docuchat/client";

const client = createDocuChat({ url: "http://127.0.0.1:8000", tenant: "acme" });
export const ask = async (question: string): Promise<string> => {
  let text = "";
  for await (const event of client.chat.ask({ question })) if (event.type === "delta") text += event.text;
  return text;
};
export const ready: (pdf: Blob) => Promise<File> = (pdf) => client.files.upload(pdf).ready;
export const retryAfterMs = (error: unknown): number =>
  isReason(error, "RATE_LIMITED") ? error.data.retryAfterMs : 0;
`;

const PROGRAM = `${MAIN}
import type { ChatEvent } from "@docuchat/client";
import { ChatEvent as ChatEventSchema, LIMITS } from "@docuchat/client/schemas";
import type { AppRouter } from "@docuchat/client/trpc";
import { useChat, type ChatMessage } from "@docuchat/client/react";
import { useDocuChatQueries } from "@docuchat/client/react-query";

// @ts-expect-error -- a file is named by its id
void client.files.get({ name: "a.pdf" });
// @ts-expect-error -- a model is named by its name
export const useWrongModel = () => useChat({ model: 4 });
export const parse = (value: unknown): ChatEvent => ChatEventSchema.parse(value);
export const mayAsk = (question: string): boolean => question.length <= LIMITS.questionChars;
export type Context = AppRouter["_def"]["_config"]["$types"]["ctx"];
export const useMessages = (): readonly ChatMessage[] => useChat({ conversationId: "x" }).messages;
export const useUsage = () => useDocuChatQueries().usage.summary.queryOptions();
`;

const STRICT = {
  strict: true,
  exactOptionalPropertyTypes: true,
  skipLibCheck: false,
  noEmit: true,
  types: [],
  jsx: "react-jsx",
  target: "es2024",
  lib: ["es2024", "esnext.disposable", "dom", "dom.iterable"],
};
const RESOLUTIONS = [
  { module: "nodenext", moduleResolution: "nodenext" },
  { module: "preserve", moduleResolution: "bundler" },
];

const compile = async (programs: string | string[], compilerOptions: object, tsc = join(bin, "tsc")) => {
  const files: string[] = [];
  for (const [index, text] of [programs].flat().entries()) {
    files.push(`program-${index}.tsx`);
    await writeFile(join(project, `program-${index}.tsx`), text);
  }
  const config = { compilerOptions: { ...STRICT, ...compilerOptions }, files };
  await writeFile(join(project, "tsconfig.json"), JSON.stringify(config));
  return run(tsc, ["-p", "."], project);
};

/** The README's blocks, each a program of its own; all but the first go on where a client is there. */
const readmePrograms = async (): Promise<string[]> => {
  const readme = await readFile(join(installed, "README.md"), "utf8");
  const given = "declare const pdf: Blob;";
  const client = `import { createDocuChat, isReason, type DocuChat } from "@docuchat/client"; declare const client: DocuChat;`;
  const blocks = [...readme.matchAll(/^```tsx?\n(.*?)^```/gms)].map(([, text = ""]) => text);
  return blocks.map((text, index) => (index === 0 ? `${given}\n${text}` : `${client}${given}\n${text}`));
};

describe("the packed client", () => {
  test.each(RESOLUTIONS)("compiles in a strict project that checks libraries, $moduleResolution", async (options) => {
    expect(await compile(PROGRAM, options)).toBe("");
  });

  test.each(["5.9", "6.0"])(
    "compiles so with TypeScript %s too",
    async (version) => {
      const own = await mkdtemp(join(folder, "typescript-"));
      await run("npm", ["install", "--prefix", own, "--no-audit", "--no-fund", `typescript@~${version}.0`], own);
      const tsc = join(own, "node_modules/.bin/tsc");
      expect(await run(tsc, ["--version"], own)).toContain(version);
      for (const options of RESOLUTIONS) expect(await compile(PROGRAM, options, tsc)).toBe("");
    },
    600_000,
  );

  test("has a README whose every block of code is right", async () => {
    const programs = await readmePrograms();
    expect(programs.length).toBeGreaterThanOrEqual(6);
    expect(await compile(programs, { module: "preserve", moduleResolution: "bundler" })).toBe("");
  });

  test("asks for no declarations but its own and zod's, in its main entry", async () => {
    const options = { module: "nodenext", lib: ["es2022", "dom"], jsx: "preserve", listFiles: true };
    const checked = await compile(MAIN, options);
    expect(checked).toContain("@docuchat/client/dist/index.d.ts");
    expect(checked).not.toContain("@trpc");
    expect(checked).not.toContain("react");
  });

  test("runs in Node, on what it declares alone", async () => {
    const program = `
      import { createDocuChat, DocuChatError } from "@docuchat/client";
      import { FileId } from "@docuchat/client/schemas";
      import { transformer } from "@docuchat/client/trpc";
      const client = createDocuChat({ url: "http://127.0.0.1:9" });
      const error = await client.files.list().catch((error) => error);
      console.log(error instanceof DocuChatError, error.reason, FileId.safeParse("x").success, typeof transformer);
    `;
    const printed = await run(process.execPath, ["--input-type=module", "--eval", program], project);
    expect(printed.trim()).toBe("true SERVICE_UNAVAILABLE false object");
  });

  test("is installed by npm", async () => {
    const empty = await mkdtemp(join(folder, "empty-"));
    await writeFile(join(empty, "package.json"), '{"type":"module"}');
    await run("npm", ["install", "--no-audit", "--no-fund", tarball], empty);
    const code = 'import { createDocuChat } from "@docuchat/client"; process.stdout.write(typeof createDocuChat)';
    expect(await run(process.execPath, ["--input-type=module", "-e", code], empty)).toBe("function");
  }, 120_000);

  test("is small, and nothing in it leads to the server", async () => {
    const files = (await run("tar", ["-tzf", tarball], folder)).trim().split("\n");
    expect((await stat(tarball)).size).toBeLessThan(60_000);
    expect(files).toContain("package/README.md");
    expect(
      files.filter((name) => !/^package\/(dist\/.*\.(js|d\.ts)(\.map)?|package\.json|README\.md)$/.test(name)),
    ).toEqual([]);
    const imported = new Set<string>();
    for (const name of files.filter((name) => name.includes("/dist/"))) {
      const text = await readFile(join(project, "node_modules/@docuchat/client", name.replace("package/", "")), "utf8");
      for (const [, from = ""] of text.matchAll(/(?:from|import\()\s*"([^"]+)"/g)) imported.add(from);
    }
    const outside = [...imported].filter((from) => !/^\.\.?\/(?!.*\.\.\/\.\.)/.test(from));
    expect(outside.sort()).toEqual([
      "@tanstack/react-query",
      "@trpc/client",
      "@trpc/server",
      "@trpc/server/observable",
      "@trpc/tanstack-react-query",
      "react",
      "superjson",
      "zod",
    ]);
  });

  test("is what publint and Are The Types Wrong find nothing to say about", async () => {
    expect((await publint({ pkgDir: installed, pack: false, strict: true })).messages).toEqual([]);
    // In a process of its own: the test runner would take the checker's sources, not its code.
    const program = `
      import { readFile } from "node:fs/promises";
      import { checkPackage, createPackageFromTarballData } from "@arethetypeswrong/core";
      const packed = createPackageFromTarballData(new Uint8Array(await readFile(${JSON.stringify(tarball)})));
      console.log(JSON.stringify(await checkPackage(packed)));
    `;
    const checked = JSON.parse(await run(process.execPath, ["--input-type=module", "--eval", program], ROOT)) as {
      types: unknown;
      problems: { kind: string; resolutionKind?: string }[];
    };
    // Only for ES modules, which is said by `"type": "module"`; and `exports` are older than nobody's Node.
    const asModule = checked.problems.filter(({ resolutionKind = "bundler" }) =>
      /bundler|node16-esm/.test(resolutionKind),
    );
    expect(asModule).toEqual([]);
  });

  test("takes less than 30 kB of a page, compressed, and brings no schemas there", async () => {
    const program = `
      import { gzipSync } from "node:zlib";
      import { build } from "vite";
      const lib = { entry: process.argv[1], formats: ["es"], fileName: "page" };
      const [{ output: [page] }] = await build({ configFile: false, logLevel: "silent", build: { lib, write: false, minify: true } });
      console.log(JSON.stringify({ bytes: gzipSync(page.code).length, modules: Object.keys(page.modules) }));
    `;
    const entry = join(installed, "dist/index.js");
    const { bytes, modules } = JSON.parse(
      await run(process.execPath, ["--input-type=module", "--eval", program, entry], ROOT),
    ) as { bytes: number; modules: string[] };
    expect(bytes).toBeLessThan(30_000);
    expect(modules.join()).toContain("@trpc/client");
    expect(modules.join()).not.toContain("/zod/");
  });
});
