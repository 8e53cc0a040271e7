import { execFile } from "node:child_process";
import { cp, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { describe, expect, onTestFinished, test } from "vitest";
import { CURRENT, mayBreak, RELEASED, writeComparison } from "../../scripts/sdk-api.ts";

const root = join(import.meta.dirname, "../..");
const tsc = join(root, "node_modules/.bin/tsc");

const temporary = async () => {
  const folder = await mkdtemp(join(tmpdir(), "docuchat-api-"));
  onTestFinished(() => rm(folder, { recursive: true, force: true }));
  return folder;
};

/** What the compiler says where code that was written for `before` meets `after`. */
const breaksOf = async (before: string, after: string): Promise<string> => {
  const folder = await temporary();
  await writeComparison(folder, { before, after });
  return promisify(execFile)(tsc, ["-p", folder]).then(
    () => "",
    ({ stdout }: { stdout: string }) => stdout,
  );
};

/** The types as they are, but for one place. */
const changed = async (path: string, from: string, to: string): Promise<string> => {
  const folder = join(await temporary(), "changed");
  await cp(CURRENT, folder, { recursive: true });
  const text = await readFile(join(folder, path), "utf8");
  if (!text.includes(from)) throw new Error(`${path} has no ${from}`);
  await writeFile(join(folder, path), text.replace(from, to));
  return folder;
};

describe("the published types", () => {
  test("break nothing that the last release promised, or the version says so", async () => {
    const versionIn = async (path: string) => (JSON.parse(await readFile(path, "utf8")) as { version: string }).version;
    const version = await versionIn(join(root, "client-sdk/package.json"));
    const released = await versionIn(join(RELEASED, "version.json"));
    if (!mayBreak(version, released)) expect(await breaksOf(RELEASED, CURRENT)).toBe("");
  });

  test.each([
    {
      what: "an input asks for more",
      path: "generated/procedures.d.ts",
      from: "email: string;",
      to: "email: string; name: string;",
    },
    { what: "an output loses a field", path: "generated/procedures.d.ts", from: "accessToken: string;", to: "" },
    {
      what: "an event is new",
      path: "generated/procedures.d.ts",
      from: 'type: "delta";',
      to: 'type: "delta" | "thought";',
    },
    { what: "an export is gone", path: "index.d.ts", from: "isReason, ", to: "" },
    { what: "a named type is gone", path: "index.d.ts", from: "type DocuChat ", to: "type DocuChat as Chat " },
    { what: "an option is needed", path: "options.d.ts", from: "tenant?:", to: "tenant:" },
    { what: "a hook gives less", path: "react/chat-store.d.ts", from: "error: DocuChatError | undefined;", to: "" },
  ])("are said to break where $what", async ({ path, from, to }) => {
    expect(await breaksOf(CURRENT, await changed(path, from, to))).toContain("error TS");
  });

  test.each([
    {
      what: "an input may hold more",
      path: "generated/procedures.d.ts",
      from: "email: string;",
      to: "email: string; name?: string;",
    },
    {
      what: "an output has another field",
      path: "generated/procedures.d.ts",
      from: "accessToken: string;",
      to: "accessToken: string; kind: string;",
    },
    { what: "an option is new", path: "options.d.ts", from: "tenant?:", to: "region?: string; tenant?:" },
  ])("are not said to break where $what", async ({ path, from, to }) => {
    expect(await breaksOf(CURRENT, await changed(path, from, to))).toBe("");
  });

  test("a version says that it breaks by its major number, before 1.0 by its minor one", () => {
    expect(mayBreak("0.2.0", "0.1.4")).toBe(true);
    expect(mayBreak("0.1.5", "0.1.4")).toBe(false);
    expect(mayBreak("1.0.0", "0.1.4")).toBe(true);
    expect(mayBreak("1.1.0", "1.0.4")).toBe(false);
  });
});
