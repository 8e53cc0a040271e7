import { randomBytes } from "node:crypto";
import { existsSync, readdirSync } from "node:fs";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { findTextElsewhere } from "../../server/ingest/reader/pdf/document/elsewhere.ts";
import { compilePdfium } from "../../server/ingest/reader/compile.ts";
import { createInstance } from "../../server/ingest/reader/pdf/instance.ts";
import {
  makeAttachingPdf,
  makeClippedPdf,
  makeEncryptedPortfolio,
  makeXfaPdf,
  packObjects,
  type FormOptions,
  type PortfolioOptions,
} from "../support/elsewhere-pdf.ts";
import { makeImageOnlyPdf, makePdf, makePdfOfPages } from "../support/pdf.ts";

const module = await compilePdfium();
const MEMORY_BYTES = 256 * 1024 * 1024;

/** What `findTextElsewhere` says of a document, whose pages are read as PDFium reads them. */
const elsewhere = async (bytes: Uint8Array, texts?: string[], memoryBytes = MEMORY_BYTES) => {
  const pdfium = await createInstance(module, memoryBytes);
  const { calls } = pdfium;
  const address = pdfium.allocate(bytes.length);
  pdfium.bytes.set(bytes, address);
  const document = calls.FPDF_LoadMemDocument(address, bytes.length, 0);
  if (document === 0) throw new Error("the document was not opened");
  const pageCount = calls.FPDF_GetPageCount(document);
  const read = Array.from({ length: pageCount }, (_, index) => {
    const page = calls.FPDF_LoadPage(document, index);
    const textPage = calls.FPDFText_LoadPage(page);
    const count = calls.FPDFText_CountChars(textPage);
    return Array.from({ length: count }, (_, at) => String.fromCodePoint(calls.FPDFText_GetUnicode(textPage, at)));
  });
  const pages = (texts ?? read.map((characters) => characters.join(""))).map((text) => ({ text }));
  return findTextElsewhere(pdfium, document, pages);
};

const COVER =
  "For the best experience, open this PDF portfolio in\nAcrobat X or Adobe Reader X, or later.\nGet Adobe Reader Now!";
const LETTER = `Dear Ms Lindqvist,\n${"we have read your offer of the third of May with much interest.\n".repeat(8)}Yours`;
const SHOWS_FILES = "/Collection << /Type /Collection /View /D >>";
const lease = { name: "lease.pdf", bytes: await makePdf(["The monthly rent is 1,450 euros."]) };
const inventory = { name: "inventory.pdf", bytes: await makePdf(["The kitchen holds an oven."]) };
const figures = { name: "figures.xlsx", type: "application/vnd.ms-excel", bytes: Buffer.from("no document of ours") };
const invoice = { name: "factur-x.xml", type: "text/xml", bytes: Buffer.from("<invoice/>") };
const portfolio: PortfolioOptions = { pages: [COVER], files: [lease, inventory], keys: SHOWS_FILES };

/** As many names as a cover could list. */
const many = Array.from({ length: 60 }, (_, n) => ({ ...lease, name: `Agreement of the tenant number ${n + 1}.pdf` }));

const collectionApart = (view: string) => (next: number) => ({
  keys: `/Collection ${next} 0 R`,
  objects: [`<< /Type /Collection ${view} >>`],
});

const PORTFOLIOS: Record<string, () => Buffer | Promise<Buffer>> = {
  "with two documents": () => makeAttachingPdf(portfolio),
  "with a table": () => makeAttachingPdf({ ...portfolio, files: [figures] }),
  "whose collection is an object of its own": () =>
    makeAttachingPdf({ ...portfolio, keys: "", others: collectionApart("/View /T") }),
  "whose catalog is packed": () => makeAttachingPdf({ ...portfolio, write: packObjects }),
  "that is encrypted, with an empty password": () => makeEncryptedPortfolio(COVER, lease),
  "without a word on its cover": () => makeAttachingPdf({ ...portfolio, pages: [""] }),
  "with a cover in two languages": () => makeAttachingPdf({ ...portfolio, pages: [COVER, COVER] }),
  "whose cover lists 60 files": () =>
    makeAttachingPdf({ ...portfolio, files: many, pages: [`${COVER}\n${many.map(({ name }) => name).join("\n")}`] }),
};

describe("the text is in attached files", () => {
  test.each(Object.entries(PORTFOLIOS))("of a portfolio %s", async (_name, make) => {
    expect(await elsewhere(await make())).toBe("attachments");
  });

  test("of a page without text, with a document behind a paper clip", async () => {
    expect(await elsewhere(makeClippedPdf("", lease))).toBe("attachments");
  });

  test("of a note that opens with the list of attached documents", async () => {
    const note = {
      pages: ["All documents of the tender are attached."],
      files: [lease],
      keys: "/PageMode /UseAttachments",
    };
    expect(await elsewhere(makeAttachingPdf(note))).toBe("attachments");
  });
});

const DYNAMIC = { config: "<config><acrobat7><dynamicRender>required</dynamicRender></acrobat7></config>" };
const TEMPLATE = { template: "<template><subform layout='tb'/></template>" };
const ASKS_FOR_PAGES = "/NeedsRendering true";
const WAIT = `Please wait...\n${"If this message is not eventually replaced, your PDF viewer may not be able to show it.\n".repeat(6)}`;
const shell: FormOptions = { pages: [WAIT], packets: TEMPLATE, keys: ASKS_FOR_PAGES };

const FORMS: Record<string, { make: () => Buffer; texts?: string[] }> = {
  "that asks for its pages": { make: () => makeXfaPdf(shell) },
  "in one part": { make: () => makeXfaPdf({ ...shell, packets: "<xdp><template/></xdp>" }) },
  "of an older kind": { make: () => makeXfaPdf({ pages: [WAIT], packets: { ...DYNAMIC, ...TEMPLATE } }) },
  "that says so in Persian": {
    make: () => makeXfaPdf(shell),
    texts: ["لطفاً صبر کنید. این سند را با نسخهٔ تازه‌تری باز کنید."],
  },
  "that says so in Japanese": { make: () => makeXfaPdf(shell), texts: ["お待ちください。この文書を表示できません。"] },
  "that says so in two languages": { make: () => makeXfaPdf({ ...shell, pages: [WAIT, WAIT] }) },
  "that says nothing": { make: () => makeXfaPdf({ ...shell, pages: [""] }) },
  "with a signature that shows nothing": { make: () => makeXfaPdf({ ...shell, field: [0, 0, 0, 0] }) },
};

test.each(Object.entries(FORMS))("the text is in a form %s", async (_name, { make, texts }) => {
  expect(await elsewhere(make(), texts)).toBe("form");
});

const READABLE: Record<string, () => Buffer | Promise<Buffer>> = {
  "a report": () => makePdfOfPages(5),
  "a scan": () => makeImageOnlyPdf(),
  "a report with an attached table": async () =>
    makeAttachingPdf({ pages: [LETTER, LETTER, LETTER], files: [figures] }),
  "a short letter with an attached document": () => makeAttachingPdf({ pages: [LETTER], files: [lease] }),
  "a short letter with a document behind a paper clip": () => makeClippedPdf(LETTER, lease),
  "a note with an attached document": () => makeAttachingPdf({ pages: ["We meet at five."], files: [lease] }),
  "an invoice that opens with the list of its attached data": () =>
    makeAttachingPdf({ pages: ["Invoice 2043\n3,911.40"], files: [invoice], keys: "/PageMode /UseAttachments" }),
  "a letter that a portfolio is attached to": () =>
    makeAttachingPdf({ pages: [LETTER], files: [{ ...lease, bytes: makeAttachingPdf(portfolio) }] }),
  "a collection without files": () => makeAttachingPdf({ ...portfolio, files: [] }),
  "a letter that hides the list of its files": () =>
    makeAttachingPdf({ pages: [LETTER], files: [lease], keys: "/Collection << /View /H >>" }),
  "a letter that hides it in an object of its own": () =>
    makeAttachingPdf({ pages: [LETTER], files: [lease], others: collectionApart("/View /H") }),
  "a portfolio with a page of text": () => makeAttachingPdf({ ...portfolio, pages: [LETTER.repeat(3)] }),
  "a portfolio with three pages": () => makeAttachingPdf({ ...portfolio, pages: [LETTER, COVER, COVER] }),
  "a form in XFA with fields on its pages": () =>
    makeXfaPdf({ pages: ["Application"], packets: { ...TEMPLATE }, field: [72, 700, 300, 720] }),
  "the same that asks for its pages": () =>
    makeXfaPdf({ ...shell, pages: ["Application"], field: [72, 700, 300, 720] }),
  "a static form whose fields were taken out": () => makeXfaPdf({ pages: [LETTER], packets: TEMPLATE }),
  "a form of three pages that asks for them": () => makeXfaPdf({ ...shell, pages: [LETTER, LETTER, LETTER] }),
  "a form that asks for its pages and has two full ones": () =>
    makeXfaPdf({ ...shell, pages: [LETTER.repeat(4), LETTER.repeat(4)] }),
};

test.each(Object.entries(READABLE))("%s is read", async (_name, make) => {
  expect(await elsewhere(await make())).toBeUndefined();
});

test("a portfolio is found in less than three times the memory that its file takes", async () => {
  const large = { ...lease, bytes: randomBytes(24 * 1024 * 1024) };
  const pdf = makeAttachingPdf({ ...portfolio, files: [large] });
  expect(await elsewhere(pdf, [COVER], 64 * 1024 * 1024)).toBe("attachments");
});

test("a hundred thousand attachments and annotations are looked at in part", async () => {
  const names = Array.from({ length: 100_000 }, (_, n) => `(${n}.pdf) 8 0 R`).join(" ");
  const keys = `/Names << /EmbeddedFiles << /Names [${names}] >> >>`;
  const annotations = `/Annots [${"7 0 R ".repeat(100_000)}]`;
  const pdf = makeAttachingPdf({
    pages: [""],
    annotations,
    files: [figures],
    keys: "",
    others: () => ({ keys, objects: [] }),
  });
  expect(await elsewhere(pdf)).toBeUndefined();
});

const SHARED = join(process.env["CORPUS_DIR"] ?? "../shared/corpus", "..");

describe.skipIf(!existsSync(SHARED))("documents of the corpus (CORPUS_DIR)", () => {
  test.each([
    ["cases/portfolio/flat.pdf", "attachments"],
    ["cases/xfa-shell/permit.pdf", "form"],
  ])("%s has its text elsewhere", async (path, where) => {
    expect(await elsewhere(await readFile(join(SHARED, path)))).toBe(where);
  });

  test("of the others one form alone is taken for a cover", async () => {
    const found: string[] = [];
    for (const path of readdirSync(join(SHARED, "corpus/pdfs"), { recursive: true, encoding: "utf8" })) {
      if (!path.endsWith(".pdf")) continue;
      const where = await elsewhere(await readFile(join(SHARED, "corpus/pdfs", path))).catch(() => undefined);
      if (where) found.push(`${path}: ${where}`);
    }
    expect(found).toEqual(["pdfjs/xfa_issue14315.pdf: form"]);
  }, 120_000);
});
