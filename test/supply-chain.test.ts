import { readFileSync } from "node:fs";
import { expect, test } from "vitest";

type Package = {
  version?: string;
  resolved?: string;
  integrity?: string;
  license?: string;
  hasInstallScript?: boolean;
  link?: boolean;
  dev?: boolean;
  optional?: boolean;
  os?: string[];
  cpu?: string[];
  libc?: string[];
};
type Manifest = {
  dependencies: Record<string, string>;
  devDependencies: Record<string, string>;
  allowScripts: Record<string, boolean>;
};
const read = (path: string): unknown => JSON.parse(readFileSync(new URL(`../${path}`, import.meta.url), "utf8"));

const { packages } = read("package-lock.json") as { packages: Record<string, Package> };
const manifest = read("package.json") as Manifest;
/** By the path that it is installed at; the root and the workspace are ours. */
const installed = Object.entries(packages).filter(([path, { link }]) => path.includes("node_modules/") && !link);
const nameOf = (path: string) => path.slice(path.lastIndexOf("node_modules/") + "node_modules/".length);

/** Those that may be used, changed and passed on without a claim on our own code. */
const LICENCES = new Set([
  "0BSD",
  "Apache-2.0",
  "BlueOak-1.0.0",
  "BSD-2-Clause",
  "BSD-3-Clause",
  "CC-BY-4.0",
  "CC0-1.0",
  "ISC",
  "MIT",
  "MIT-0",
  "MPL-2.0",
  "PostgreSQL",
  "Python-2.0",
  "Unlicense",
  "Zlib",
]);
/** `(A OR B)` needs one that is allowed, `A AND B` all. */
const isAllowed = (licence: string): boolean =>
  licence
    .replaceAll(/[()]/g, "")
    .split(" OR ")
    .some((choice) => choice.split(" AND ").every((one) => LICENCES.has(one.trim())));

test("every package is pinned to its content, but for builds of other platforms, which nothing here installs", () => {
  expect(installed.length).toBeGreaterThan(100);
  const unpinned = installed.filter(([, { integrity }]) => !integrity?.startsWith("sha512-"));
  const missing = unpinned.filter(([, { optional, os, cpu }]) => !optional || (os === undefined && cpu === undefined));
  expect(missing.map(([path]) => path)).toEqual([]);
  // What the image and the gate run on.
  const ours = unpinned.filter(
    ([, { os, cpu, libc }]) => os?.includes("linux") && cpu?.includes("x64") && !libc?.includes("musl"),
  );
  expect(ours.map(([path]) => path)).toEqual([]);
  // No package comes from a place of its own: a repository, an address, a folder.
  const foreign = installed.filter(([, { resolved = "" }]) => !/^$|^https:\/\/registry\.npmjs\.org\//.test(resolved));
  expect(foreign.map(([path]) => path)).toEqual([]);
});

test("what we name is named by one exact version", () => {
  for (const [name, version] of Object.entries({ ...manifest.dependencies, ...manifest.devDependencies }))
    expect([name, version]).toEqual([name, expect.stringMatching(/^\d+\.\d+\.\d+(-[\w.]+)?$/)]);
});

test("of the packages that want to run a script when they are installed, one may", () => {
  const wanting = new Set(
    installed.filter(([, { hasInstallScript }]) => hasInstallScript).map(([path]) => nameOf(path)),
  );
  const allowed = [...wanting].filter((name) => manifest.allowScripts[name] === true);
  expect(allowed).toEqual(["node"]);
  // `fsevents` is macOS's alone; every other is refused by name.
  const unsaid = [...wanting].filter((name) => !(name in manifest.allowScripts) && name !== "fsevents");
  expect(unsaid).toEqual([]);
});

test("a reader of PDFs with a known hole is nowhere in the tree", () => {
  const versions = installed.filter(([path]) => nameOf(path) === "pdfjs-dist").map(([, { version }]) => version ?? "");
  expect(versions.length).toBeGreaterThan(0);
  // CVE-2026-16633 is closed in 6.2.108.
  for (const version of versions) {
    const [major = 0, minor = 0, patch = 0] = version.split(".").map(Number);
    expect([version, major * 1e6 + minor * 1e3 + patch >= 6_002_108]).toEqual([version, true]);
  }
});

test("every licence of what is shipped is one that we allow", () => {
  const refused = installed
    .filter(([, { dev, license }]) => !dev && !isAllowed(license ?? ""))
    .map(([path, { license }]) => `${nameOf(path)}: ${license}`);
  expect(refused).toEqual([]);
});
