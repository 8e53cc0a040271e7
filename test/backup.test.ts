import { execFileSync } from "node:child_process";
import { cp, mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, test } from "vitest";
import { PG_BIN } from "../scripts/services/postgres.ts";
import { newId } from "../server/id.ts";
import { createCaller } from "../server/router.ts";
import { contextOf, startTestApp, type TestApp } from "./support/app.ts";
import { askFor } from "./support/chat.ts";
import { cleanUp } from "./support/clean-up.ts";
import { databaseUrl, onServer } from "./support/database.ts";
import { ingestFile } from "./support/files.ts";
import { makePdf } from "./support/pdf.ts";

const JWT_SECRET = "kept-apart-from-the-data-0123456789-abc";

const newFolder = async (): Promise<string> => {
  const folder = await mkdtemp(join(tmpdir(), "docuchat-backup-"));
  cleanUp(() => rm(folder, { recursive: true, force: true }));
  return folder;
};

/** As the page on security tells it: by a role above row-level security. Gives the address of the restored database. */
const dumpAndRestore = async (url: string, folder: string): Promise<string> => {
  const above = (address: string) => Object.assign(new URL(address), { username: "postgres" }).href;
  const name = `restored_${newId().replaceAll("-", "")}`;
  const dump = join(folder, "docuchat.dump");
  const run = (program: string, ...args: string[]) => execFileSync(join(PG_BIN, program), args, { stdio: "pipe" });
  // The product's own role cannot: it is held by the policies, and says so instead of writing less.
  expect(() => run("pg_dump", "-Fc", "-f", join(folder, "none.dump"), url)).toThrow(/row-level security/);
  run("pg_dump", "-Fc", "-f", dump, above(url));
  await onServer(above(url), `create database ${name} owner docuchat`);
  cleanUp(() => onServer(above(url), `drop database if exists ${name} with (force)`));
  const restored = databaseUrl(url, name);
  run("pg_restore", "--exit-on-error", "--no-comments", "-d", above(restored), dump);
  return restored;
};

const statesOf = async ({ app }: TestApp, accessToken: string, fileId: string) => {
  const caller = createCaller(contextOf(app, { accessToken }));
  const [conversation] = (await caller.chat.conversations({})).items;
  return {
    me: await caller.auth.me(),
    file: await caller.files.get({ fileId }),
    page: await caller.files.page({ fileId, page: 1 }),
    hits: (await caller.files.search({ query: "herons" })).hits.map(({ text }) => text),
    messages: (await caller.chat.messages({ conversationId: conversation?.id ?? "" })).items,
    quotas: await caller.admin.quotas(),
    audit: (await caller.admin.audit({})).items,
  };
};

test("what was backed up and restored elsewhere answers everything as before", async () => {
  const first = await startTestApp({ env: { JWT_SECRET }, ownDatabase: true });
  const user = await first.signIn();
  const bytes = await makePdf(["Forty-two herons nest on the northern shore."]);
  const { id: fileId } = await ingestFile(first, user, { name: "herons.pdf", bytes });
  await askFor(user, { question: "How many herons nest?" });
  await user.caller.admin.setQuotas({ requestsPerDay: 9, tokensPerDay: null, files: 8, bytes: null });
  const before = await statesOf(first, user.accessToken, fileId);
  const spent = (await user.caller.usage.summary()).last24h.requests;
  const url = first.app.config.databaseUrl;
  await first.close();

  const folder = await newFolder();
  const dataDir = join(folder, "data");
  await cp(first.dataDir, dataDir, { recursive: true });
  const env = url === undefined ? {} : { DATABASE_URL: await dumpAndRestore(url, folder) };
  const second = await startTestApp({ dataDir, env: { JWT_SECRET, ...env } });
  // The token of before is good: sessions and key came along.
  expect(await statesOf(second, user.accessToken, fileId)).toEqual(before);
  const content = await fetch(`${second.url}/v1/files/${fileId}/content`, {
    headers: { authorization: `Bearer ${user.accessToken}` },
  });
  expect(Buffer.from(await content.arrayBuffer()).equals(bytes)).toBe(true);
  const again = createCaller(contextOf(second.app, { accessToken: user.accessToken }));
  expect((await again.usage.summary()).last24h.requests).toBe(spent);
  // And it goes on from there: another document, another question, another user.
  const caller = { ...user, caller: again };
  const other = await ingestFile(second, caller, { bytes: await makePdf(["Grebes dive near the pier."]) });
  expect(other.status).toBe("ready");
  const got = await askFor(caller, { question: "Where do grebes dive?" });
  expect(got.at(-1)?.event).toMatchObject({ type: "finished", outcome: "answered" });
  await second.signIn({ tenant: user.tenant });
});
