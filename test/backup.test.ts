import { execFileSync } from "node:child_process";
import { cp, mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { beforeAll, describe, expect, test } from "vitest";
import { openDb } from "../db/index.ts";
import { canRunPostgres, createPostgres, PG_BIN } from "../scripts/services/postgres.ts";
import { newId } from "../server/id.ts";
import { createCaller } from "../server/router.ts";
import { contextOf, startTestApp, type TestApp, type TestUser } from "./support/app.ts";
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

const above = (url: string) => Object.assign(new URL(url), { username: "postgres" }).href;
const run = (program: string, ...args: string[]) => execFileSync(join(PG_BIN, program), args, { stdio: "pipe" });

/** As the page on security has it: by a role above row-level security. */
const dump = (url: string, folder: string): string => {
  const path = join(folder, "docuchat.dump");
  // The product's own role cannot: it is held by the policies, and says so instead of writing less.
  expect(() => run("pg_dump", "-Fc", "-f", join(folder, "none.dump"), url)).toThrow(/row-level security/);
  run("pg_dump", "-Fc", "-f", path, above(url));
  return path;
};

/** A new database on the server of `url`; gives its address. */
const newDatabaseOn = async (url: string, owner: string): Promise<string> => {
  const name = `restored_${newId().replaceAll("-", "")}`;
  await onServer(above(url), `create database ${name} owner ${owner}`);
  cleanUp(() => onServer(above(url), `drop database if exists ${name} with (force)`));
  return Object.assign(new URL(databaseUrl(url, name)), { username: owner }).href;
};

const dumpAndRestore = async (url: string, folder: string): Promise<string> => {
  const path = dump(url, folder);
  const restored = await newDatabaseOn(url, "docuchat");
  run("pg_restore", "--exit-on-error", "--no-comments", "-d", above(restored), path);
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

describe.skipIf(!process.env["DATABASE_URL"] || !canRunPostgres())(
  "a dump restored elsewhere (needs DATABASE_URL, and PostgreSQL's programs as root)",
  () => {
    const server = process.env["DATABASE_URL"] ?? "";
    let path = "";
    let user: TestUser;
    let dataDir = "";

    beforeAll(async () => {
      const first = await startTestApp({ env: { JWT_SECRET } });
      const folder = await newFolder();
      user = await first.signIn();
      const bytes = await makePdf(["Forty-two herons nest on the northern shore."]);
      await ingestFile(first, user, { name: "herons.pdf", bytes });
      path = dump(first.app.config.databaseUrl ?? "", folder);
      dataDir = join(folder, "data");
      await cp(first.dataDir, dataDir, { recursive: true });
    });

    const newCluster = async () => {
      const folder = await newFolder();
      const cluster = await createPostgres(folder);
      cleanUp(() => cluster.stop("SIGINT"));
      return cluster;
    };

    const restore = (url: string, ...options: string[]) =>
      run("pg_restore", "--no-comments", ...options, "-d", above(url), path);

    const WAYS: [string, () => Promise<string>][] = [
      [
        "a new cluster, after a start on an empty database",
        async () => {
          const { url } = await newCluster();
          await (await openDb({ url })).close();
          const restored = await newDatabaseOn(url, "docuchat");
          restore(restored, "--exit-on-error");
          return restored;
        },
      ],
      [
        "a new cluster, where the two roles were made first",
        async () => {
          const { url } = await newCluster();
          for (const role of ["docuchat_app", "docuchat_search"]) await onServer(above(url), `create role ${role}`);
          restore(url, "--exit-on-error");
          return url;
        },
      ],
      [
        "a new cluster without the two roles, by a role of another name",
        async () => {
          const { url } = await newCluster();
          await onServer(above(url), "create role other login createrole");
          const restored = await newDatabaseOn(url, "other");
          // What is granted to roles that are not there fails, and all the rest is restored.
          expect(() => restore(restored, "--no-owner", "--role=other")).toThrow(/role "docuchat_app" does not exist/);
          return restored;
        },
      ],
      [
        "the same cluster, by a role of another name and without privileges",
        async () => {
          const owner = `other_${newId().replaceAll("-", "")}`;
          await onServer(above(server), `create role ${owner} login createrole`);
          cleanUp(() => onServer(above(server), `drop role ${owner}`));
          const restored = await newDatabaseOn(server, owner);
          restore(restored, "--exit-on-error", "--no-owner", "--no-privileges", `--role=${owner}`);
          return restored;
        },
      ],
    ];

    test.for(WAYS)("into %s answers questions, and says that it is ready", async ([, restoreTo]) => {
      const url = await restoreTo();
      const second = await startTestApp({ dataDir, env: { JWT_SECRET, DATABASE_URL: url } });
      expect((await fetch(`${second.url}/readyz`)).status).toBe(200);
      const caller = createCaller(contextOf(second.app, { accessToken: user.accessToken }));
      const got = await askFor({ ...user, caller }, { question: "How many herons nest?" });
      expect(got.map(({ event }) => event)).toContainEqual(
        expect.objectContaining({ type: "citation", fileName: "herons.pdf", verified: true }),
      );
      expect(got.at(-1)?.event).toMatchObject({ type: "finished", outcome: "answered" });
      await second.close();
    });
  },
);
