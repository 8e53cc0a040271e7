import { execFileSync } from "node:child_process";
import { mkdtemp, readFile, rm, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { failFile, inTenant } from "../../db/index.ts";
import { RELEASED } from "../../scripts/sdk-api.ts";
import { startTestApp } from "../support/app.ts";
import { cleanUp } from "../support/clean-up.ts";
import { ingestFile } from "../support/files.ts";
import { makePdf } from "../support/pdf.ts";
import { goJourney } from "./journey.ts";
import { packClient, ROOT, run } from "./packed.ts";

const RUNTIMES = [
  { runtime: "Node 20", installed: "node@~20", command: ["node"], version: /^v20\./ },
  { runtime: "Deno", installed: "deno@2", command: ["deno", "run", "--allow-all", "--no-prompt"], version: /^deno 2/ },
  { runtime: "Bun", installed: "bun@1", command: ["bun"], version: /^1\./ },
];

const newFolder = async (): Promise<string> => {
  const folder = await mkdtemp(join(tmpdir(), "docuchat-runtime-"));
  cleanUp(() => rm(folder, { recursive: true, force: true }));
  return folder;
};

const released = JSON.parse(await readFile(join(RELEASED, "version.json"), "utf8")) as {
  version: string;
  commit: string;
};
const isKnown = (commit: string): boolean => {
  try {
    execFileSync("git", ["cat-file", "-e", `${commit}^{commit}`], { cwd: ROOT, stdio: "ignore" });
    return true;
  } catch {
    return false;
  }
};

const app = await startTestApp();

describe("the packed client", async () => {
  const packed = await packClient();

  test.each(RUNTIMES)(
    "goes the whole way in $runtime",
    async ({ installed, command: [program = "", ...options], version }) => {
      const own = await newFolder();
      await run("npm", ["install", "--prefix", own, "--no-audit", "--no-fund", installed], own);
      const binary = join(own, "node_modules/.bin", program);
      expect(await run(binary, ["--version"], own)).toMatch(version);
      await goJourney(app, packed, [binary, ...options]);
    },
    240_000,
  );
});

/** The released client, as the last release has it in the history. */
const packReleased = async () => {
  const older = await newFolder();
  const paths = ["client-sdk", "db", "server", "scripts", "package.json", "tsconfig.json"];
  const archive = execFileSync("git", ["archive", released.commit, ...paths], { cwd: ROOT, maxBuffer: 2 ** 28 });
  execFileSync("tar", ["-x", "-C", older], { input: archive });
  await symlink(join(ROOT, "node_modules"), join(older, "node_modules"));
  return packClient(older);
};

/** What a program sees of a file that ended for a reason which its client does not know, and of one with warnings. */
const LOOK = `
import { createDocuChat } from "@docuchat/client";
import { failureOf } from "./node_modules/@docuchat/client/dist/upload.js";
const [, , url, token, failed, warned] = process.argv;
const client = createDocuChat({ url, token });
const { failure } = await client.files.get({ fileId: failed });
for await (const file of client.files.watch({ fileId: failed })) {
  const { reason, message, name } = failureOf(file);
  const ready = await client.files.get({ fileId: warned });
  console.log(JSON.stringify({ failure, thrown: { reason, message, name }, ready: ready.status }));
}
await client.close();
process.exit(0);
`;

describe.skipIf(!isKnown(released.commit))(`the released client, ${released.version} (needs the history)`, () => {
  test("goes the whole way against this server", async () => {
    await goJourney(app, await packReleased(), [process.execPath]);
  }, 120_000);

  test("shows the message of a failure whose reason it does not know, and leaves warnings out", async () => {
    const { project } = await packReleased();
    const user = await app.signIn();
    const warned = await ingestFile(app, user, { bytes: await makePdf(["Words.", { texts: [] }]) });
    expect(warned.warnings).toEqual([{ reason: "PDF_NO_TEXT", pages: [2] }]);
    const failed = await ingestFile(app, user, { bytes: await makePdf(["A cover."]) });
    const failure = { reason: "PDF_TEXT_ELSEWHERE", message: "Upload the attached files." };
    await inTenant(app.app.db, user.tenantId, async (trx) => {
      await trx.updateTable("files").where("id", "=", failed.id).set({ status: "ingesting" }).execute();
      await failFile(trx, failed.id, failure);
    });
    await writeFile(join(project, "look.mjs"), LOOK);
    const told = await run(process.execPath, ["look.mjs", app.url, user.accessToken, failed.id, warned.id], project);
    expect(JSON.parse(told)).toEqual({ failure, thrown: { ...failure, name: "DocuChatError" }, ready: "ready" });
  }, 120_000);
});
