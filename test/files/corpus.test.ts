import { existsSync, readdirSync } from "node:fs";
import { basename, join } from "node:path";
import { beforeAll, describe, expect, it } from "vitest";
import type { Readers } from "../../server/ingest/reader/pool.ts";
import { countTokens } from "../../server/tokens.ts";
import { extractFile, makeReaders, OPTIONS, type Extracted } from "../support/extract.ts";

const CORPUS = join(process.env["CORPUS_DIR"] ?? "../shared/corpus", "pdfs");
type Outcome = Extracted | { reason: string };

const outcomeOf = (path: string, readers: Readers): Promise<Outcome> =>
  extractFile(path, { readers }).catch((error: { reason?: string }) => {
    if (error.reason) return { reason: error.reason };
    throw error;
  });

const pathsOf = () =>
  ["py-pdf", "pdfjs", "docling"].flatMap((folder) =>
    readdirSync(join(CORPUS, folder))
      .filter((name) => name.endsWith(".pdf"))
      .map((name) => join(CORPUS, folder, name)),
  );

describe.skipIf(!existsSync(CORPUS))("the corpus of PDFs (CORPUS_DIR)", () => {
  const outcomes = new Map<string, Outcome>();

  beforeAll(async () => {
    const readers = makeReaders();
    for (const path of pathsOf()) outcomes.set(basename(path), await outcomeOf(path, readers));
  }, 240_000);

  const read = (name: string): Extracted => {
    const outcome = outcomes.get(name);
    if (outcome && "pages" in outcome) return outcome;
    throw new Error(`${name} was not read: ${JSON.stringify(outcome)}`);
  };
  const textOf = (name: string) =>
    read(name)
      .pages.map(({ text }) => text)
      .join("\n");
  const reads = () => [...outcomes.values()].filter((outcome) => "pages" in outcome);

  it("ends every file in chunks or in a reason that is the document's", () => {
    expect(outcomes.size).toBeGreaterThan(120);
    const odd = [...outcomes].filter(([, outcome]) => "pages" in outcome && outcome.chunks.length === 0);
    expect(odd).toEqual([]);
    expect([...outcomes.values()].filter((outcome) => "reason" in outcome).length).toBeLessThan(55);
    expect(reads().length).toBeGreaterThan(75);
  });

  it.each([
    ["libreoffice-writer-password.pdf", "PDF_ENCRYPTED"],
    ["2206.01062_pg3.pdf", "PDF_ENCRYPTED"],
    ["ocr_test.pdf", "PDF_NO_TEXT"],
    ["ocr_test_rotated_90.pdf", "PDF_NO_TEXT"],
    ["ocr_test_rotated_180.pdf", "PDF_NO_TEXT"],
    ["ocr_test_rotated_270.pdf", "PDF_NO_TEXT"],
    ["nemotron_multipage.pdf", "PDF_NO_TEXT"],
    ["imagemagick-images.pdf", "PDF_NO_TEXT"],
    ["PDFBOX-3148-2-fuzzed.pdf", "PDF_NO_TEXT"],
  ])("refuses %s as %s", (name, reason) => {
    expect(outcomes.get(name)).toEqual({ reason });
  });

  it.each([
    ["right_to_left_01.pdf", "تعتبر البرمجة بلغة R و Python من الأدوات القوية"],
    ["right_to_left_01.pdf", "للمشكلات"],
    ["right_to_left_03.pdf", "شرکت بورس کالای ايران"],
    ["right_to_left_03.pdf", "شماره استاندارد ملی 20300"],
    ["right_to_left_03.pdf", "تاريخ ارائه مدارک 1403/09/19"],
  ])("reads %s from right to left: %s", (name, words) => {
    expect(textOf(name)).toContain(words);
  });

  it("reads two columns one after the other", () => {
    expect(textOf("multicolumn.pdf")).toMatch(/Duis eget orci sit amet orci dignissim\nrutrum\.\nNam dui ligula/);
    expect(textOf("issue14438.pdf")).toMatch(
      /small scripts as well as for complex applications\. JavaScript, for\nexample/,
    );
  });

  it.each([
    ["SimFang-variant.pdf", "全 世 界 无 产 者"],
    ["bug1245391_reduced.pdf", "集油器"],
    ["noembed-identity-2.pdf", "あ"],
  ])("reads %s, whose font needs a character map", (name, text) => {
    expect(textOf(name)).toContain(text);
  });

  it.each([
    ["annotation-tx2.pdf", "tx annotation"],
    ["bug1724918.pdf", "hello\nworld"],
    ["issue5946.pdf", "This should be visible"],
    ["libreoffice-form.pdf", "Alice"],
  ])("reads what stands in the form of %s", (name, text) => {
    expect(textOf(name)).toContain(text);
  });

  it("reads fonts that name no letters, and ligatures of old TeX", () => {
    expect(textOf("issue2537r.pdf")).toBe("LINE UP");
    expect(textOf("issue918.pdf")).toContain("distancing the signifier");
    expect(textOf("issue918.pdf")).toContain("the “excusatory function of ideology”");
  });

  it("gives lines that are the page's text, and chunks that are their spans", () => {
    for (const { pages, chunks } of reads()) {
      for (const { text, lines } of pages) {
        expect(text).not.toContain("\u0000");
        expect(text.isWellFormed()).toBe(true);
        expect(lines.map(({ start, end }) => text.slice(start, end)).join("\n")).toBe(text);
      }
      for (const { spans, text, tokens } of chunks) {
        const parts = spans.map(({ page, start, end }) =>
          pages[page - 1]?.text.slice(start, end).replaceAll("\n", " "),
        );
        expect(parts.join(" ")).toBe(text.replaceAll("\n", " "));
        expect(tokens).toBe(countTokens(text));
        expect(tokens).toBeLessThanOrEqual(OPTIONS.chunkTokens);
      }
    }
  });
});
