/**
 * Builds the published client: writes the procedures' types from the server's router, then compiles `client-sdk/dist`.
 * `--check` builds nothing, and fails when the written types are not those of the router; `--compile` leaves them alone.
 */
import { execFile } from "node:child_process";
import { cp, glob, mkdtemp, readFile, rm, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { appRouter } from "../server/router.ts";

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
const compile = async (folder: string): Promise<void> => {
  const src = join(folder, "src");
  await cp(join(sdk, "src"), src, { recursive: true });
  await cp(join(root, "server/contract"), join(src, "contract"), { recursive: true });
  const schemas = join(src, "schemas.ts");
  await writeFile(schemas, (await readFile(schemas, "utf8")).replace("../../server/contract/", "./contract/"));
  await symlink(join(root, "node_modules"), join(folder, "node_modules"));
  await writeFile(join(folder, "package.json"), '{"type":"module"}');
  const compilerOptions = {
    noEmit: false,
    declaration: true,
    rewriteRelativeImportExtensions: true,
    target: "es2024",
    types: [],
    rootDir: src,
    outDir: join(folder, "dist"),
  };
  await writeFile(
    join(folder, "tsconfig.json"),
    JSON.stringify({ extends: join(root, "tsconfig.json"), compilerOptions, include: ["src"] }),
  );
  await run("tsc", ["-p", folder]);
  // The compiler rewrites the endings of imports in the code alone.
  for await (const path of glob(join(folder, "dist/**/*.d.ts")))
    await writeFile(path, (await readFile(path, "utf8")).replaceAll(/(from "\.[^"]*)\.ts"/g, '$1.js"'));
  await rm(join(sdk, "dist"), { recursive: true, force: true });
  await cp(join(folder, "dist"), join(sdk, "dist"), { recursive: true });
};

const [mode] = process.argv.slice(2);
const folder = await mkdtemp(join(tmpdir(), "docuchat-sdk-"));
try {
  const written = await readFile(generatedPath, "utf8").catch(() => "");
  const fresh = mode === "--compile" ? written : await generate(join(folder, "types"));
  if (mode === "--check" && written !== fresh) {
    console.error("client-sdk/src/generated is stale: run `npm run build:sdk`.");
    process.exitCode = 1;
  }
  if (mode !== "--check") {
    if (written !== fresh) await writeFile(generatedPath, fresh);
    await compile(await mkdtemp(join(folder, "package-")));
  }
} finally {
  await rm(folder, { recursive: true, force: true });
}
