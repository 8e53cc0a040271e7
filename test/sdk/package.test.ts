import { execFile } from "node:child_process";
import { mkdir, mkdtemp, readFile, rm, stat, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { afterAll, beforeAll, describe, expect, test } from "vitest";

const root = join(import.meta.dirname, "../..");
const bin = join(root, "node_modules/.bin");
let folder: string;
let project: string;
let tarball: string;

const run = async (command: string, args: string[], cwd: string): Promise<string> => {
  const { stdout } = await promisify(execFile)(command, args, { cwd }).catch(
    (error: { stdout: string; stderr: string }) => {
      throw new Error(`${command} ${args.join(" ")}\n${error.stdout}${error.stderr}`);
    },
  );
  return stdout;
};

/** A project with the packed client and what it depends on, by links; nothing else can be imported. */
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "docuchat-package-"));
  project = join(folder, "project");
  const installed = join(project, "node_modules/@docuchat/client");
  await mkdir(installed, { recursive: true });
  await run(process.execPath, ["scripts/build-sdk.ts", "--compile"], root);
  const packed = await run(
    "npm",
    ["pack", "--json", "--ignore-scripts", "--pack-destination", folder],
    join(root, "client-sdk"),
  );
  const [{ filename }] = JSON.parse(packed) as [{ filename: string }];
  tarball = join(folder, filename);
  await run("tar", ["-xzf", tarball, "--strip-components=1", "-C", installed], folder);
  const { dependencies } = JSON.parse(await readFile(join(installed, "package.json"), "utf8")) as {
    dependencies: object;
  };
  await mkdir(join(project, "node_modules/@trpc"));
  for (const name of Object.keys(dependencies))
    await symlink(join(root, "node_modules", name), join(project, "node_modules", name));
  await writeFile(join(project, "package.json"), '{"type":"module"}');
}, 120_000);
afterAll(() => rm(folder, { recursive: true, force: true }));

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

export const parse = (value: unknown): ChatEvent => ChatEventSchema.parse(value);
export const mayAsk = (question: string): boolean => question.length <= LIMITS.questionChars;
export type Context = AppRouter["_def"]["_config"]["$types"]["ctx"];
`;

const compile = async (program: string, compilerOptions: object): Promise<string> => {
  await writeFile(join(project, "program.ts"), program);
  const strict = { strict: true, exactOptionalPropertyTypes: true, skipLibCheck: false, noEmit: true, types: [] };
  const lib = ["es2024", "esnext.disposable", "dom"];
  await writeFile(
    join(project, "tsconfig.json"),
    JSON.stringify({
      compilerOptions: { target: "es2024", lib, ...strict, ...compilerOptions },
      files: ["program.ts"],
    }),
  );
  return run(join(bin, "tsc"), ["-p", "."], project);
};

describe("the packed client", () => {
  test.each([
    { module: "nodenext", moduleResolution: "nodenext" },
    { module: "preserve", moduleResolution: "bundler" },
  ])("compiles in a strict project that checks libraries, $moduleResolution", async (options) => {
    expect(await compile(PROGRAM, options)).toBe("");
    await expect(compile(`${PROGRAM}\nclient.files.get({ name: "a.pdf" });`, options)).rejects.toThrow("TS2353");
  });

  test("asks for no declarations but its own and zod's, in its main entry", async () => {
    const options = { module: "nodenext", lib: ["es2022", "dom"], listFiles: true };
    const checked = await compile(MAIN, options);
    expect(checked).toContain("@docuchat/client/dist/index.d.ts");
    expect(checked).not.toContain("@trpc");
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

  test("is small, and nothing in it leads to the server", async () => {
    const files = (await run("tar", ["-tzf", tarball], folder)).trim().split("\n");
    expect((await stat(tarball)).size).toBeLessThan(60_000);
    expect(files).toContain("package/README.md");
    expect(files.filter((name) => !/^package\/(dist\/.*\.(js|d\.ts)|package\.json|README\.md)$/.test(name))).toEqual(
      [],
    );
    const imported = new Set<string>();
    for (const name of files.filter((name) => name.includes("/dist/"))) {
      const text = await readFile(join(project, "node_modules/@docuchat/client", name.replace("package/", "")), "utf8");
      for (const [, from = ""] of text.matchAll(/(?:from|import\()\s*"([^"]+)"/g)) imported.add(from);
    }
    const outside = [...imported].filter((from) => !/^\.\.?\/(?!.*\.\.\/\.\.)/.test(from));
    expect(outside.sort()).toEqual(["@trpc/client", "@trpc/server", "@trpc/server/observable", "superjson", "zod"]);
  });

  test("has the types of the server's router as it is now", async () => {
    expect(await run(process.execPath, ["scripts/build-sdk.ts", "--check"], root)).toBe("");
  });
});
