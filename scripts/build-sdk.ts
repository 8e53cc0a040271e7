/**
 * Builds the published client: writes the procedures' types from the server's router, compiles `client-sdk/dist`, and writes
 * the types it publishes to `client-sdk/api/current`. `--check` writes nothing, and fails when what is written is not what it
 * would write; `--compile` writes `dist` alone; `--release` keeps the types as those of the released version too.
 */
import { execFile } from "node:child_process";
import { cp, glob, mkdtemp, readFile, rm, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { promisify } from "node:util";
import { appRouter } from "../server/router.ts";
import { byLine } from "./source-map.ts";
import { CURRENT, readTypes, RELEASED, staleTypes, writeTypes } from "./sdk-api.ts";

const root = join(import.meta.dirname, "..");
const sdk = join(root, "client-sdk");
const generatedPath = join(sdk, "src/generated/procedures.ts");

const HEADER = `// Written by scripts/build-sdk.ts from the server's router. Do not edit.
import type { $brand } from "zod";
import type { KindsOf, Mutation, Query, Subscription, TrackedSubscription } from "../procedure.ts";
`;

const run = async (command: string, args: string[]): Promise<void> => {
  await promisify(execFile)(join(root, "node_modules/.bin", command), args, { cwd: root }).catch(
    (error: { stdout?: string }) => {
      throw new Error(`${command} ${args.join(" ")} failed\n${error.stdout ?? ""}`, { cause: error });
    },
  );
};

/** The compiler prints every procedure's types in full; what it prints must not lead back into the server. */
const generate = async (folder: string): Promise<string> => {
  await run("tsc", ["-p", "client-sdk/generate", "--outDir", folder]);
  const printed = await readFile(join(folder, "client-sdk/generate/procedures.d.ts"), "utf8");
  const types = printed
    .replace(/^import type .*\n/m, "")
    .replaceAll('import("zod").$brand', "$brand")
    .replace("export declare const procedures: {", "export type Procedures = {");
  const leak = /.*(?:import\(|\bany\b|\bnever\b).*/.exec(types);
  if (leak) throw new Error(`The procedures' types are not self-contained: ${leak[0].trim()}`);
  return `${HEADER}\n${withDescriptions(types)}\n${kindsTable()}`;
};

type Procedure = { _def: { type: string; meta: { description: string } } };

/** At run time tRPC keeps them in one flat record, by path. */
const procedures = () =>
  Object.entries(appRouter._def.procedures as unknown as Record<string, Procedure>).map(([path, { _def }]) => {
    const [router = "", name = ""] = path.split(".");
    return { router, name, kind: _def.type, description: _def.meta.description };
  });

/** Puts each procedure's description above it: routers are printed four spaces in, procedures eight. */
const withDescriptions = (types: string): string => {
  const described = new Map(procedures().map(({ router, name, description }) => [`${router}.${name}`, description]));
  let router = "";
  const lines = types.split("\n").flatMap((line) => {
    router = /^ {4}(\w+): \{$/.exec(line)?.[1] ?? router;
    const path = `${router}.${/^ {8}(\w+): /.exec(line)?.[1]}`;
    const description = described.get(path);
    described.delete(path);
    return description === undefined ? [line] : [`        /** ${description} */`, line];
  });
  if (described.size > 0) throw new Error(`Not found in the printed types: ${[...described.keys()].join(", ")}`);
  return lines.join("\n");
};

const kindsTable = (): string => {
  const rows = Map.groupBy(procedures(), ({ router }) => router)
    .entries()
    .map(
      ([router, own]) => `  ${router}: {\n${own.map(({ name, kind }) => `    ${name}: "${kind}",\n`).join("")}  },\n`,
    );
  return `/** How each procedure is called: the only part that is there at run time. */
export const kinds = {
${[...rows].join("")}} as const satisfies KindsOf<Procedures>;
`;
};

/** Compiled beside a copy of the contract, so that the package holds all it needs. */
const compile = async (folder: string): Promise<string> => {
  const src = join(folder, "src");
  await cp(join(sdk, "src"), src, { recursive: true });
  await cp(join(root, "server/contract"), join(src, "contract"), { recursive: true });
  for (const name of ["schemas.ts", "tables.ts"]) {
    const path = join(src, name);
    await writeFile(path, (await readFile(path, "utf8")).replaceAll("../../server/contract/", "./contract/"));
  }
  await symlink(join(root, "node_modules"), join(folder, "node_modules"));
  await writeFile(join(folder, "package.json"), '{"type":"module"}');
  const shared = {
    noEmit: false,
    rewriteRelativeImportExtensions: true,
    target: "es2022",
    lib: ["esnext", "dom", "dom.iterable"],
    types: [],
    rootDir: src,
    outDir: join(folder, "dist"),
  };
  const emit = async (compilerOptions: object) => {
    const config = { extends: join(root, "tsconfig.json"), compilerOptions, include: ["src"] };
    await writeFile(join(folder, "tsconfig.json"), JSON.stringify(config));
    await run("tsc", ["-p", folder]);
  };
  await emit({ ...shared, declaration: true, declarationMap: true, emitDeclarationOnly: true });
  // What a person reads stands beside the types; the code goes without.
  await emit({ ...shared, sourceMap: true, removeComments: true });
  await tidy(join(folder, "dist"));
  return join(folder, "dist");
};

const ENTRIES = ["index", "react/index", "react-query", "schemas", "trpc"];

/** Leaves the types that the entries lead to, and maps of the code that are small. */
const tidy = async (dist: string): Promise<void> => {
  const published = await reachable(
    dist,
    ENTRIES.map((entry) => `${entry}.d.ts`),
  );
  for await (const path of glob("**/*.d.ts", { cwd: dist })) {
    if (published.has(path)) await writeFile(join(dist, path), published.get(path) ?? "");
    else for (const unread of [path, `${path}.map`]) await rm(join(dist, unread));
  }
  for await (const path of glob("**/*.js.map", { cwd: dist })) {
    const map = JSON.parse(await readFile(join(dist, path), "utf8")) as { sources: string[]; mappings: string };
    await writeFile(join(dist, path), JSON.stringify(byLine(map)));
  }
};

/** Declaration files by their path, from some on along their imports, whose endings the compiler left as they were. */
const reachable = async (dist: string, from: string[]): Promise<Map<string, string>> => {
  const found = new Map<string, string>();
  const queue = [...from];
  for (let path = queue.pop(); path !== undefined; path = queue.pop()) {
    if (found.has(path)) continue;
    const text = await readFile(join(dist, path), "utf8");
    if (/import\("\./.test(text)) throw new Error(`${path} has an inferred type of another file: write it out.`);
    found.set(path, text.replaceAll(/(from "\.[^"]*)\.ts"/g, '$1.js"'));
    for (const [, imported = ""] of text.matchAll(/from "(\.[^"]*)\.ts"/g))
      queue.push(join(dirname(path), `${imported}.d.ts`));
  }
  return found;
};

const publish = async (dist: string): Promise<void> => {
  await rm(join(sdk, "dist"), { recursive: true, force: true });
  await cp(dist, join(sdk, "dist"), { recursive: true });
};

const [mode] = process.argv.slice(2);
const stale = (what: string): void => {
  console.error(`client-sdk/${what} is stale: run \`npm run build:sdk\`.`);
  process.exitCode = 1;
};
const folder = await mkdtemp(join(tmpdir(), "docuchat-sdk-"));
try {
  const written = await readFile(generatedPath, "utf8").catch(() => "");
  const fresh = mode === "--compile" ? written : await generate(join(folder, "types"));
  if (written !== fresh) {
    if (mode === "--check") stale("src/generated");
    else await writeFile(generatedPath, fresh);
  }
  const dist = await compile(await mkdtemp(join(folder, "package-")));
  const types = await readTypes(dist);
  if (mode === "--check") for (const path of await staleTypes(types)) stale(`api/current/${path}`);
  else await publish(dist);
  if (mode === undefined || mode === "--release") await writeTypes(types, CURRENT);
  if (mode === "--release") {
    const { version } = JSON.parse(await readFile(join(sdk, "package.json"), "utf8")) as { version: string };
    await writeTypes(types, RELEASED);
    const { stdout } = await promisify(execFile)("git", ["rev-parse", "HEAD"], { cwd: root });
    await writeFile(join(RELEASED, "version.json"), `${JSON.stringify({ version, commit: stdout.trim() })}\n`);
  }
} finally {
  await rm(folder, { recursive: true, force: true });
}
