import { execFile } from "node:child_process";
import { mkdir, mkdtemp, readdir, readFile, rm, stat, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { deriveKey, openSecret } from "../../server/auth/secret.ts";

const run = promisify(execFile);

describe("the server's secret", () => {
  let folder: string;
  let dataDir: string;
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), "docuchat-secret-"));
    dataDir = join(folder, "data");
  });
  afterEach(() => rm(folder, { recursive: true }));

  it("is the configured one, and then nothing is written", async () => {
    const jwtSecret = "a configured secret of enough bytes";
    expect(await openSecret({ jwtSecret, dataDir })).toBe(jwtSecret);
    expect(await readdir(folder)).toEqual([]);
  });

  it("is made at the first start and stays the same", async () => {
    const made = await openSecret({ dataDir });
    expect(made.length).toBeGreaterThanOrEqual(43);
    expect(await openSecret({ dataDir })).toBe(made);
  });

  it("differs between two data folders", async () => {
    expect(await openSecret({ dataDir })).not.toBe(await openSecret({ dataDir: join(folder, "other") }));
  });

  it("is kept in one file that only its owner can read", async () => {
    await openSecret({ dataDir });
    expect(await readdir(dataDir)).toEqual(["jwt-secret"]);
    expect((await stat(join(dataDir, "jwt-secret"))).mode & 0o777).toBe(0o600);
  });

  it("is the same one for many that make it at once", async () => {
    const secrets = await Promise.all(Array.from({ length: 20 }, () => openSecret({ dataDir })));
    expect(new Set(secrets).size).toBe(1);
    expect(await readdir(dataDir)).toEqual(["jwt-secret"]);
  });

  it("is the same one for processes that start at once", async () => {
    const script = `
      import { openSecret } from "./server/auth/secret.ts";
      process.stdout.write(await openSecret({ dataDir: process.argv[1] }));`;
    const start = () => run(process.execPath, ["--input-type=module", "-e", script, dataDir]);
    const started = await Promise.all([start(), start(), start()]);
    expect(new Set(started.map(({ stdout }) => stdout))).toEqual(
      new Set([await readFile(join(dataDir, "jwt-secret"), "utf8")]),
    );
  });

  it("may be put there by hand, with a line's end, when it has 32 characters", async () => {
    await mkdir(dataDir);
    await writeFile(join(dataDir, "jwt-secret"), `${"s".repeat(32)}\n`);
    expect(await openSecret({ dataDir })).toBe("s".repeat(32));
  });

  it("is not replaced when its file is damaged: that is said instead, without its content", async () => {
    await openSecret({ dataDir });
    await writeFile(join(dataDir, "jwt-secret"), "cut");
    await expect(openSecret({ dataDir })).rejects.toThrow(/jwt-secret holds no usable secret/);
  });

  it("is not made anew where its file cannot be read", async () => {
    await mkdir(join(dataDir, "jwt-secret"), { recursive: true });
    await expect(openSecret({ dataDir })).rejects.toMatchObject({ code: "EISDIR" });
  });

  it("is not made where it cannot be put in its place", async () => {
    await mkdir(dataDir);
    await symlink("nowhere", join(dataDir, "jwt-secret"));
    const made = openSecret({ dataDir });
    await expect(made).rejects.toThrow(/jwt-secret could not be made/);
    await expect(made).rejects.toMatchObject({ cause: { code: "EEXIST" } });
    expect(await readdir(dataDir)).toEqual(["jwt-secret"]);
  });
});

describe("a derived key", () => {
  it("is 32 bytes, the same each time, and another for each purpose and secret", () => {
    const keys = [deriveKey("one", "access-token"), deriveKey("one", "login-code"), deriveKey("two", "access-token")];
    expect(keys.map((key) => key.length)).toEqual([32, 32, 32]);
    expect(new Set(keys.map((key) => key.toString("hex"))).size).toBe(3);
    expect(deriveKey("one", "access-token")).toEqual(keys[0]);
  });

  it("is that of HKDF-SHA-256 as another implementation computes it", async () => {
    const base = await crypto.subtle.importKey("raw", Buffer.from("one"), "HKDF", false, ["deriveBits"]);
    const info = Buffer.from("docuchat login-code");
    const bits = await crypto.subtle.deriveBits(
      { name: "HKDF", hash: "SHA-256", salt: Buffer.alloc(0), info },
      base,
      256,
    );
    expect(deriveKey("one", "login-code")).toEqual(Buffer.from(bits));
  });
});
