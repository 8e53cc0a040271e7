import { execFile } from "node:child_process";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { expect, test } from "vitest";
import { startTestApp } from "./support/app.ts";
import { cleanUp } from "./support/clean-up.ts";
import { newDatabase } from "./support/database.ts";

const run = (script: string, args: string[], env: Record<string, string | undefined>) =>
  promisify(execFile)(process.execPath, [new URL(`../server/${script}.ts`, import.meta.url).pathname, ...args], {
    env: { PATH: process.env["PATH"], ...env },
  });

const newDataDir = async () => {
  const dataDir = await mkdtemp(join(tmpdir(), "docuchat-commands-"));
  cleanUp(() => rm(dataDir, { recursive: true, force: true }));
  return dataDir;
};

test("`migrate` and then `invite` prepare an empty database, and the invited one signs in as the admin", async () => {
  const dataDir = await newDataDir();
  const database = await newDatabase();
  const env = { DATA_DIR: dataDir, DATABASE_URL: "url" in database ? database.url : undefined };
  expect((await run("migrate", [], env)).stdout).toBe("The schema is up to date.\n");
  expect((await run("invite", ["acme", "Ada@Example.org"], env)).stdout).toContain(
    "ada@example.org may now sign in to acme",
  );
  const { DATABASE_URL } = env;
  const app = await startTestApp({ dataDir, env: { SIGN_UP: "invited", ...(DATABASE_URL ? { DATABASE_URL } : {}) } });
  const ada = await app.signIn({ tenant: "acme", email: "ada@example.org" });
  expect((await ada.caller.auth.me()).user.role).toBe("admin");
});

test("`invite` without a tenant and an address says how it is used", async () => {
  await expect(run("invite", ["Not a slug!"], {})).rejects.toMatchObject({
    code: 64,
    stderr: expect.stringContaining("usage:"),
  });
});

test.for([
  ["PORT", { PORT: "many" }],
  ["JWT_SECRET", { NODE_ENV: "production" }],
  ["ROLE", { ROLE: "worker" }],
] as const)("the server does not start with a bad %s: exit 78, and the variable's name", async ([variable, env]) => {
  await expect(run("main", [], { DATA_DIR: join(tmpdir(), "never-made"), ...env })).rejects.toMatchObject({
    code: 78,
    stderr: expect.stringContaining(variable),
  });
});
