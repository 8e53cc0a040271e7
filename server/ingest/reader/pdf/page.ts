import { applyActualTexts, takeActualTexts } from "./glyphs/actual-text.ts";
import { readAnnotations } from "./annotations.ts";
import { hideObjects } from "./document/hidden-objects.ts";
import type { Pdfium } from "./instance.ts";
import { layOut } from "./layout/layout.ts";
import type { ReadPage } from "./layout/lines.ts";
import type { OpenDocument } from "./document/open.ts";
import { readPageFrame } from "./page-frame.ts";
import { joinSlanted } from "./glyphs/slanted.ts";
import { readPageCharacters, readTextObjects } from "./glyphs/text-objects.ts";
import { readUnmapped } from "./glyphs/unmapped.ts";

/** Reads one page, counted from 1; undefined where PDFium cannot. */
export const readPage = (
  pdfium: Pdfium,
  { document, form, fonts, hides }: OpenDocument,
  number: number,
): ReadPage | undefined => {
  const { calls } = pdfium;
  const page = calls.FPDF_LoadPage(document, number - 1);
  if (page === 0) return undefined;
  try {
    const frame = readPageFrame(pdfium, page);
    const all = readTextObjects(pdfium, page);
    const objects = hides ? hideObjects(pdfium, all) : all;
    const actualTexts = takeActualTexts(pdfium, objects);
    const annotations = readAnnotations(pdfium, { form, page, frame });
    const characters = readPageCharacters(pdfium, page, objects, frame);
    const content = joinSlanted(readUnmapped(applyActualTexts(characters, actualTexts), fonts));
    const text = layOut([...content, ...annotations.characters], annotations.runs);
    return { page: number, width: frame.width, height: frame.height, ...text };
  } finally {
    calls.FPDF_ClosePage(page);
  }
};
