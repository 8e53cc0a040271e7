import { existsSync, readdirSync } from "node:fs";
import { readdir, readFile } from "node:fs/promises";
import { basename, join } from "node:path";
import { beforeAll, describe, expect, test } from "vitest";
import type { UploadedFile } from "../../server/contract/files.ts";
import { ErrorBody, type Reason } from "../../server/contract/errors.ts";
import { startTestApp, type TestApp, type TestUser } from "../support/app.ts";
import { askFor, eventsOf } from "../support/chat.ts";
import { watchToEnd } from "../support/files.ts";

const CORPUS = join(process.env["CORPUS_DIR"] ?? "../shared/corpus", "pdfs");
const ALL = process.env["CORPUS"] === "all";
const SAMPLE_EVERY = 8;

/** What is known of some. */
const KNOWN: Record<string, Reason | "ready"> = {
  "libreoffice-writer-password.pdf": "PDF_ENCRYPTED",
  "2206.01062_pg3.pdf": "PDF_ENCRYPTED",
  "ocr_test.pdf": "PDF_NO_TEXT",
  "nemotron_multipage.pdf": "PDF_NO_TEXT",
  "imagemagick-images.pdf": "PDF_NO_TEXT",
  "PDFBOX-3148-2-fuzzed.pdf": "PDF_NO_TEXT",
  "right_to_left_01.pdf": "ready",
  "multicolumn.pdf": "ready",
  "SimFang-variant.pdf": "ready",
  "pdflatex-4-pages.pdf": "ready",
};

/** How a document may fail: by what it is. */
const OF_THE_DOCUMENT = ["PDF_ENCRYPTED", "PDF_CORRUPT", "PDF_TOO_MANY_PAGES", "PDF_TOO_COMPLEX", "PDF_NO_TEXT"];

const pathsOf = (): string[] => {
  const all = readdirSync(CORPUS, { recursive: true, encoding: "utf8" })
    .filter((name) => name.endsWith(".pdf"))
    .toSorted()
    .map((name) => join(CORPUS, name));
  return all.filter((path, i) => ALL || i % SAMPLE_EVERY === 0 || basename(path) in KNOWN);
};

/** Uploads a file as anybody does and follows it to its end. */
const outcomeOf = async (app: TestApp, user: TestUser, path: string): Promise<string> => {
  const form = new FormData();
  form.append("file", new Blob([new Uint8Array(await readFile(path))]), basename(path));
  const headers = { authorization: `Bearer ${user.accessToken}` };
  const reply = await fetch(`${app.url}/v1/files`, { method: "POST", headers, body: form });
  const body: unknown = await reply.json();
  if (!reply.ok) return `refused: ${ErrorBody.parse(body).error.reason}`;
  const last = (await watchToEnd(user, (body as UploadedFile).id)).at(-1);
  return last?.failure?.reason ?? last?.status ?? "gone";
};

const which = ALL ? "all of it" : "a sample; CORPUS=all for all of it";

describe.skipIf(!existsSync(CORPUS))(`the corpus of PDFs through a running app (CORPUS_DIR; ${which})`, () => {
  const outcomes = new Map<string, string>();
  let app: TestApp;

  beforeAll(async () => {
    app = await startTestApp();
    const users = [await app.signIn(), await app.signIn(), await app.signIn()];
    const readShare = async (user: TestUser, share: number) => {
      const own = pathsOf().filter((_, i) => i % users.length === share);
      for (const path of own) outcomes.set(basename(path), await outcomeOf(app, user, path));
    };
    await Promise.all(users.map(readShare));
    if (ALL) for (const [name, outcome] of outcomes) process.stdout.write(`${outcome.padEnd(20)} ${name}\n`);
  }, 900_000);

  test("every file is ready, or failed by what it is", () => {
    expect(outcomes.size).toBe(pathsOf().length);
    expect(outcomes.size).toBeGreaterThan(ALL ? 120 : 20);
    const odd = [...outcomes].filter(([, outcome]) => outcome !== "ready" && !OF_THE_DOCUMENT.includes(outcome));
    expect(odd).toEqual([]);
    expect(Object.fromEntries(outcomes)).toMatchObject(KNOWN);
  });

  test("the app reads and answers as before, and keeps nothing of what passed through", async () => {
    expect((await fetch(`${app.url}/readyz`)).status).toBe(200);
    const user = await app.signIn();
    expect(await outcomeOf(app, user, join(CORPUS, "py-pdf/crazyones-pdfa.pdf"))).toBe("ready");
    const got = await askFor(user, { question: "Who are the crazy ones?" });
    expect(eventsOf(got, "finished")).toMatchObject([{ outcome: "answered" }]);
    expect(await readdir(app.app.store.incomingDir)).toEqual([]);
  });
});
