import { mkdir, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { beforeAll, expect, test } from "vitest";
import { createDocuChat, type ChatEvent } from "../../client-sdk/src/index.ts";
import { codeIn, startTestApp, type TestApp } from "../support/app.ts";
import { cleanUp } from "../support/clean-up.ts";
import { newDatabase, putDatabase } from "../support/database.ts";
import { makePdf } from "../support/pdf.ts";
import { waitFor } from "../support/server-process.ts";
import { ROOT, start } from "../support/project.ts";

const QUESTION = "How many tons was the harvest of barley?";
let app: TestApp;
let folder: string;
let pdf: string;

beforeAll(async () => {
  app = await startTestApp();
  folder = await mkdtemp(join(tmpdir(), "docuchat-examples-"));
  cleanUp(() => rm(folder, { recursive: true, force: true }));
  pdf = join(folder, "paper.pdf");
  await writeFile(pdf, await makePdf(["The harvest of barley in the northern valley was 4711 tons in 1893."]));
});

test("examples/curl.sh goes the whole way", async () => {
  const email = "curl@example.org";
  const program = start(join(ROOT, "examples/curl.sh"), [app.url, app.newTenant(), email, pdf, QUESTION]);
  program.answer(await waitFor(() => codeIn(app.printed.find((line) => line.includes(email))) || undefined));
  expect([await program.ended, program.output()]).toEqual([0, expect.stringContaining("event: citation")]);
  for (const part of ['"status":"ready"', '"outcome":"answered"', '"last24h"', "downloaded", '{"ok":true}'])
    expect(program.output()).toContain(part);
});

test("examples/embed serves DocuChat beside its owner's routes, by its owner's model and delivery", async () => {
  const dataDir = join(folder, "embed");
  await mkdir(dataDir);
  await putDatabase(dataDir);
  const database = await newDatabase();
  const env = { PORT: "0", DATA_DIR: dataDir, DATABASE_URL: "url" in database ? database.url : undefined };
  const program = start(process.execPath, [join(ROOT, "examples/embed/server.ts")], { env });
  const port = await waitFor(() => /port: (\d+)/.exec(program.output())?.[1]);
  const url = `http://127.0.0.1:${port}`;
  expect(await (await fetch(`${url}/hello`)).text()).toContain("owner");
  expect((await fetch(`${url}/v1/files`)).status).toBe(401);

  const client = createDocuChat({ url, tenant: "embedded" });
  const { challengeId } = await client.auth.requestCode({ email: "ada@example.org" });
  const code = await waitFor(() => /a code for ada@example.org: (\d{6})/.exec(program.output())?.[1]);
  await client.auth.verifyCode({ challengeId, code });
  await client.files.upload({ name: "paper.pdf", data: await readFile(pdf) }).ready;
  const events: ChatEvent[] = [];
  for await (const event of client.chat.ask({ question: QUESTION })) events.push(event);
  expect(events).toContainEqual(expect.objectContaining({ type: "started", model: "echo" }));
  expect(events).toContainEqual(
    expect.objectContaining({ type: "citation", page: 1, quote: expect.stringContaining("4711") }),
  );
  await client.close();
  expect(await program.stop()).toBe(0);
});
