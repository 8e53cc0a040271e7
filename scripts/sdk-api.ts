/**
 * The published types as text. `client-sdk/api/current` is what the sources give now, committed so that a change of it is
 * read by people; `client-sdk/api/released` is what the last release had.
 */
import { cp, glob, mkdir, readFile, rm, symlink, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";

const api = join(import.meta.dirname, "../client-sdk/api");
export const CURRENT = join(api, "current");
export const RELEASED = join(api, "released");

/** Every declaration file below a folder, by its path in it. */
export const readTypes = async (folder: string): Promise<Map<string, string>> => {
  const types = new Map<string, string>();
  for await (const path of glob("**/*.d.ts", { cwd: folder }))
    types.set(path, (await readFile(join(folder, path), "utf8")).replace(/\n\/\/# sourceMappingURL=.*/, ""));
  return new Map([...types].sort(([one], [other]) => (one < other ? -1 : 1)));
};

export const writeTypes = async (types: Map<string, string>, folder: string): Promise<void> => {
  await rm(folder, { recursive: true, force: true });
  for (const [path, text] of types) {
    await mkdir(dirname(join(folder, path)), { recursive: true });
    await writeFile(join(folder, path), text);
  }
};

/** Where the committed text differs from `types`; empty when it does not. */
export const staleTypes = async (types: Map<string, string>): Promise<string[]> => {
  const committed = await readTypes(CURRENT);
  return [...new Set([...types.keys(), ...committed.keys()])].filter((path) => types.get(path) !== committed.get(path));
};

/**
 * The entries that are compared. What schemas and TanStack Query's options give is the same procedures' inputs and outputs,
 * in types that may neither widen nor narrow.
 */
const ENTRIES = ["index", "react/index"];

/**
 * A project that compiles only when whoever compiles against the types in `before` compiles against those in `after`: every
 * value that was exported is there and may stand in for the old one, so that inputs may widen and outputs may narrow, and
 * every type that was exported by its name is there.
 */
export const writeComparison = async (folder: string, { before, after }: { before: string; after: string }) => {
  await cp(before, join(folder, "before"), { recursive: true });
  await cp(after, join(folder, "after"), { recursive: true });
  // A client is only ever one that `createDocuChat` of the same release made.
  for (const side of ["before", "after"])
    for (const [path, text] of await readTypes(join(folder, side)))
      await writeFile(join(folder, side, path), text.replaceAll(/\bclient: DocuChat\b/g, "client: object"));
  const lines: string[] = [];
  for (const [index, entry] of ENTRIES.entries()) {
    const text = await readFile(join(folder, "before", `${entry}.d.ts`), "utf8").catch(() => undefined);
    if (text === undefined) continue;
    for (const name of valueNames(text)) {
      lines.push(`declare const after${index}_${name}: typeof import("./after/${entry}.js").${name};`);
      lines.push(
        `export const before${index}_${name}: typeof import("./before/${entry}.js").${name} = after${index}_${name};`,
      );
    }
    const names = typeNames(text);
    if (names.length > 0)
      lines.push(
        `export type { ${names.map((n) => `${n} as T${index}_${n}`).join(", ")} } from "./after/${entry}.js";`,
      );
  }
  await symlink(join(import.meta.dirname, "../node_modules"), join(folder, "node_modules"));
  await writeFile(join(folder, "package.json"), '{"type":"module"}');
  await writeFile(join(folder, "comparison.ts"), lines.join("\n"));
  const compilerOptions = {
    strict: true,
    exactOptionalPropertyTypes: true,
    skipLibCheck: true,
    noEmit: true,
    module: "nodenext",
    target: "esnext",
    types: [],
  };
  await writeFile(join(folder, "tsconfig.json"), JSON.stringify({ compilerOptions, files: ["comparison.ts"] }));
};

const valueNames = (text: string): string[] => [
  ...[...text.matchAll(/export declare (?:const|class|function) (\w+)/g)].map(([, name = ""]) => name),
  ...[...text.matchAll(/export \{([^}]*)\}/g)].flatMap(([, names = ""]) =>
    names
      .split(",")
      .map((name) => name.trim())
      .filter((name) => name !== "" && !name.startsWith("type ")),
  ),
];

const typeNames = (text: string): string[] =>
  [
    ...[...text.matchAll(/export (?:declare )?(?:type|interface|class) (\w+)/g)].map(([, name = ""]) => name),
    ...[...text.matchAll(/export (type )?\{([^}]*)\}/g)].flatMap(([, all, names = ""]) =>
      names
        .split(",")
        .map((name) => name.trim())
        .filter((name) => all || name.startsWith("type "))
        .map((name) => name.replace(/^type /, "").replace(/^.* as /, "")),
    ),
  ].filter(Boolean);

/** Whether a version may break what the other promised: `0.x` by its minor number, later by its major one. */
export const mayBreak = (version: string, released: string): boolean => {
  const [major = 0, minor = 0] = version.split(".").map(Number);
  const [oldMajor = 0, oldMinor = 0] = released.split(".").map(Number);
  return major > oldMajor || (major === 0 && oldMajor === 0 && minor > oldMinor);
};
