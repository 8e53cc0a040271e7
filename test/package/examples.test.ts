import { access, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { beforeAll, expect, test } from "vitest";
import { codeIn, startTestApp, type TestApp } from "../support/app.ts";
import { makePdf } from "../support/pdf.ts";
import { projectOf, start, type Running } from "../support/project.ts";
import { waitFor } from "../support/server-process.ts";
import { packClient } from "./packed.ts";

const QUESTION = "How many tons was the harvest of barley?";
let app: TestApp;
let installed: string;
let pdf: string;

beforeAll(async () => {
  app = await startTestApp();
  const packed = await packClient();
  installed = packed.installed;
  pdf = join(packed.folder, "paper.pdf");
  await writeFile(pdf, await makePdf(["The harvest of barley in the northern valley was 4711 tons in 1893."]));
});

const answerWithCode = async (program: Running, email: string) => {
  await waitFor(() => (program.output().includes(`The code that ${email} was sent`) ? true : undefined));
  program.answer(codeIn(app.printed.findLast((line) => line.includes(email))));
};

test("examples/node-cli signs in, uploads, and prints the cited answer", async () => {
  const cwd = await projectOf("node-cli", installed);
  const email = "cli@example.org";
  const program = start(process.execPath, ["ask.ts", app.url, app.newTenant(), email, pdf, QUESTION], { cwd });
  await answerWithCode(program, email);
  expect([await program.ended, program.output()]).toEqual([
    0,
    expect.stringMatching(/4711 tons.*\n\[1\] page 1: "The harvest/s),
  ]);
});

test("examples/node-cli tells a wrong code by its reason, and how it is used", async () => {
  const cwd = await projectOf("node-cli", installed);
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

test("examples/react-app is built by Vite into a page of its own files", async () => {
  const root = await projectOf("react-app", installed, ["react", "react-dom", "vite", "@vitejs/plugin-react"]);
  const { build } = await import("vite");
  await build({ root, logLevel: "error" });
  const html = await readFile(join(root, "dist/index.html"), "utf8");
  const script = /src="(\/assets\/[^"]+\.js)"/.exec(html)?.[1] ?? "";
  await access(join(root, "dist", script));
  expect(await readFile(join(root, "dist", script), "utf8")).toContain("Email");
});
