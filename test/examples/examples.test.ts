import { access, mkdir, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { beforeAll, expect, test } from "vitest";
import { createDocuChat, type ChatEvent } from "../../client-sdk/src/index.ts";
import { codeIn, startTestApp, type TestApp } from "../support/app.ts";
import { cleanUp } from "../support/clean-up.ts";
import { newDatabase, putDatabase } from "../support/database.ts";
import { makePdf } from "../support/pdf.ts";
import { waitFor } from "../support/server-process.ts";
import { projectOf, ROOT, start, type Running } from "./project.ts";

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

const answerWithCode = async (program: Running, email: string) => {
  await waitFor(() => (program.output().includes(`The code that ${email} was sent`) ? true : undefined));
  program.answer(codeIn(app.printed.findLast((line) => line.includes(email))));
};

test("examples/node-cli signs in, uploads, and prints the cited answer", async () => {
  const cwd = await projectOf("node-cli");
  const email = "cli@example.org";
  const program = start(process.execPath, ["ask.ts", app.url, app.newTenant(), email, pdf, QUESTION], { cwd });
  await answerWithCode(program, email);
  expect([await program.ended, program.output()]).toEqual([
    0,
    expect.stringMatching(/4711 tons.*\n\[1\] page 1: "The harvest/s),
  ]);
});

test("examples/node-cli tells a wrong code by its reason, and how it is used", async () => {
  const cwd = await projectOf("node-cli");
  const program = start(process.execPath, ["ask.ts", app.url, app.newTenant(), "bad@example.org", pdf, QUESTION], {
    cwd,
  });
  await waitFor(() => (program.output().includes("was sent") ? true : undefined));
  const code = codeIn(app.printed.at(-1));
  program.answer(code === "000000" ? "000001" : "000000");
  expect([await program.ended, program.output()]).toEqual([1, expect.stringContaining("CODE_INVALID: ")]);
  const unused = start(process.execPath, ["ask.ts"], { cwd });
  expect([await unused.ended, unused.output()]).toEqual([64, expect.stringContaining("usage:")]);
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
  program.stop();
  expect(await program.ended).toBe(0);
});

test("examples/react-app is built by Vite into a page of its own files", async () => {
  const root = await projectOf("react-app", ["react", "react-dom", "vite", "@vitejs/plugin-react"]);
  const { build } = await import("vite");
  await build({ root, logLevel: "error" });
  const html = await readFile(join(root, "dist/index.html"), "utf8");
  const script = /src="(\/assets\/[^"]+\.js)"/.exec(html)?.[1] ?? "";
  await access(join(root, "dist", script));
  expect(await readFile(join(root, "dist", script), "utf8")).toContain("E-mail");
});
