import { joinAccents } from "./accents.ts";
import { applyActualTexts, takeActualTexts } from "./actual-text.ts";
import { readAnnotations } from "./annotations.ts";
import { readCharacters } from "./characters.ts";
import { dropDrawnTwice } from "./drawn-twice.ts";
import type { Pdfium } from "./instance.ts";
import { readLines, type ReadPage } from "./lines.ts";
import type { OpenDocument } from "./open.ts";
import { readPageFrame } from "./page-frame.ts";
import { partLines, toRightToLeftRuns } from "./right-to-left.ts";
import { toRuns } from "./runs.ts";

/** Reads one page, counted from 1; undefined where PDFium cannot. */
export const readPage = (pdfium: Pdfium, { document, form }: OpenDocument, number: number): ReadPage | undefined => {
  const { calls } = pdfium;
  const page = calls.FPDF_LoadPage(document, number - 1);
  if (page === 0) return undefined;
  const actualTexts = takeActualTexts(pdfium, page);
  const textPage = calls.FPDFText_LoadPage(page);
  try {
    const frame = readPageFrame(pdfium, page);
    const annotations = readAnnotations(pdfium, { form, page, frame });
    const characters = textPage === 0 ? [] : readCharacters(pdfium, textPage, frame);
    const content = applyActualTexts(characters, actualTexts);
    const { lines, others } = partLines(dropDrawnTwice([...content, ...annotations.characters]));
    const runs = [...toRuns(joinAccents(others)), ...lines.flatMap(toRightToLeftRuns), ...annotations.runs];
    return { page: number, width: frame.width, height: frame.height, ...readLines(runs) };
  } finally {
    calls.FPDFText_ClosePage(textPage);
    calls.FPDF_ClosePage(page);
  }
};
