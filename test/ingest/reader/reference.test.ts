import { existsSync, readdirSync } from "node:fs";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { readText } from "../../support/read.ts";
import { readReference } from "../../support/reference.ts";

const CORPUS = join(process.env["CORPUS_DIR"] ?? "../shared/corpus", "pdfs");
/** Of a file's words. */
const MAX_DIFFERENCE = 0.01;

const RIGHT_TO_LEFT = "the reference keeps right-to-left letters as they are drawn";
const FORM = "the reference leaves out form fields, text boxes and stamps";
const HYPHENS = "the reference leaves words apart that a line's end parts";
const NOTES = "the reference glues note marks to words and numbers";

/** Files whose words differ, and why. */
const DIFFERENCES: Record<string, string> = {
  "docling/right_to_left_01.pdf": RIGHT_TO_LEFT,
  "docling/right_to_left_02.pdf": RIGHT_TO_LEFT,
  "docling/right_to_left_03.pdf": RIGHT_TO_LEFT,
  "pdfjs/PDFBOX-3148-2-fuzzed.pdf": "the reference does not read its damaged pages; they hold page numbers alone",
  "pdfjs/SimFang-variant.pdf": "the reference has no character map for its font",
  "pdfjs/annotation-choice-widget.pdf": FORM,
  "pdfjs/annotation-freetext.pdf": FORM,
  "pdfjs/annotation-tx2.pdf": FORM,
  "pdfjs/bug1669099.pdf": NOTES,
  "pdfjs/bug1675139.pdf": FORM,
  "pdfjs/bug1724918.pdf": FORM,
  "pdfjs/bug1796741.pdf": FORM,
  "pdfjs/bug1844576.pdf": FORM,
  "pdfjs/issue11144_reduced.pdf": "the reference reads hidden layers",
  "pdfjs/issue14438.pdf": HYPHENS,
  "pdfjs/issue14953.pdf": "the reference reads a glyph without a letter as a space",
  "pdfjs/issue19083.pdf": FORM,
  "pdfjs/issue19484_2.pdf": "PDFium does not know its encryption (RC4 of 48 bits in version 4)",
  "pdfjs/issue19634.pdf": "the reference reads a text twice that is drawn twice",
  "pdfjs/issue2537r.pdf": "the reference reads glyph numbers of a font without a map as letters",
  "pdfjs/issue5946.pdf": FORM,
  "pdfjs/issue7014.pdf": HYPHENS,
  "pdfjs/issue7454.pdf": "mathematical signs of a font without names differ",
  "pdfjs/issue918.pdf": HYPHENS,
  "pdfjs/noembed-identity-2.pdf": "the reference has no character map for its font",
  "py-pdf/google-doc-document.pdf": NOTES,
  "py-pdf/habibi-oneline-cmap.pdf": RIGHT_TO_LEFT,
  "py-pdf/habibi-rotated.pdf": RIGHT_TO_LEFT,
  "py-pdf/habibi.pdf": RIGHT_TO_LEFT,
  "py-pdf/libreoffice-form.pdf": FORM,
  "py-pdf/multicolumn.pdf": HYPHENS,
};

const wordsOf = (text: string): string[] =>
  text
    .normalize("NFKC")
    .toLowerCase()
    .match(/[\p{L}\p{N}\p{M}]+/gu) ?? [];

/** The part of the words of the longer text that the other one lacks. */
const difference = (a: string[], b: string[]): number => {
  const left = Map.groupBy(a, (word) => word);
  const common = b.filter((word) => left.get(word)?.pop() !== undefined).length;
  return 1 - common / Math.max(a.length, b.length, 1);
};

describe.skipIf(!existsSync(CORPUS))("the words of the corpus (CORPUS_DIR)", () => {
  it("are those that pdf-parse reads, but for the named files", async () => {
    const paths = readdirSync(CORPUS, { recursive: true, encoding: "utf8" }).filter((path) => path.endsWith(".pdf"));
    const differing: string[] = [];
    for (const path of paths.sort()) {
      const bytes = await readFile(join(CORPUS, path));
      const [ours, theirs] = [wordsOf(await readText(bytes)), wordsOf((await readReference(bytes)) ?? "")];
      if (ours.length + theirs.length > 0 && difference(ours, theirs) > MAX_DIFFERENCE) differing.push(path);
    }
    expect(differing).toEqual(Object.keys(DIFFERENCES).sort());
  }, 240_000);
});
