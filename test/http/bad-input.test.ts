import { randomBytes } from "node:crypto";
import { expect, test } from "vitest";
import { sharedApp } from "../support/app.ts";
import { ingestFile } from "../support/files.ts";
import { makePdf } from "../support/pdf.ts";
import { reasonIn } from "./raw.ts";

const MB = 1024 * 1024;
/** Of the default settings: 25 MB and 500 pages. */
const app = await sharedApp();
const user = await app.signIn();

const upload = async (bytes: Buffer, name = "paper.pdf") => {
  const form = new FormData();
  form.append("file", new Blob([new Uint8Array(bytes)], { type: "application/pdf" }), name);
  const headers = { authorization: `Bearer ${user.accessToken}` };
  const response = await fetch(`${app.url}/v1/files`, { method: "POST", headers, body: form });
  return { status: response.status, body: (await response.json()) as { id: string } };
};

const refusal = async (bytes: Buffer, name?: string) => {
  const { status, body } = await upload(bytes, name);
  return [status, reasonIn(body)];
};

test("a file of exactly the limit is taken in, one byte more is not", async () => {
  const pdf = await makePdf(["Of 25 MB, most of them behind the end."]);
  const full = Buffer.concat([pdf, Buffer.alloc(25 * MB - pdf.length)]);
  expect(await refusal(Buffer.concat([full, Buffer.alloc(1)]))).toEqual([413, "FILE_TOO_LARGE"]);
  const { status, body } = await upload(full);
  expect([status, body]).toEqual([201, expect.objectContaining({ sizeBytes: 25 * MB })]);
});

test.each<[what: string, bytes: Buffer]>([
  ["a PNG", Buffer.from("\x89PNG\r\n\x1a\n\0\0\0\rIHDR", "latin1")],
  ["a ZIP, as office documents are", Buffer.concat([Buffer.from("PK\x03\x04"), randomBytes(2_000)])],
  ["a web page", Buffer.from("<!doctype html><title>Report.pdf</title>")],
  ["a program", Buffer.concat([Buffer.from("\x7fELF", "latin1"), randomBytes(2_000)])],
])("%s that is called a PDF is none", async (_what, bytes) => {
  expect(await refusal(bytes, "report.pdf")).toEqual([415, "FILE_NOT_PDF"]);
});

test("a PDF is one under any name", async () => {
  const { status, body } = await upload(await makePdf(["A picture, by its name."]), "picture.png");
  expect([status, body]).toEqual([201, expect.objectContaining({ name: "picture.png" })]);
});

test("a PDF of 501 pages is not read", async () => {
  const file = await ingestFile(app, user, {
    bytes: await makePdf(Array.from({ length: 501 }, (_, page) => `Page ${page + 1}`)),
  });
  expect(file).toMatchObject({ status: "failed", failure: { reason: "PDF_TOO_MANY_PAGES" } });
});
