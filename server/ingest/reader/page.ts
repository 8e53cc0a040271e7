import { joinAccents } from "./accents.ts";
import { readCharacters } from "./characters.ts";
import { dropDrawnTwice } from "./drawn-twice.ts";
import type { Pdfium } from "./instance.ts";
import { readLines, type ReadPage } from "./lines.ts";
import { readPageFrame } from "./page-frame.ts";
import { partLines, toRightToLeftRuns } from "./right-to-left.ts";
import { toRuns } from "./runs.ts";

/** Reads one page, counted from 1; undefined where PDFium cannot. */
export const readPage = (pdfium: Pdfium, document: number, number: number): ReadPage | undefined => {
  const { calls } = pdfium;
  const page = calls.FPDF_LoadPage(document, number - 1);
  if (page === 0) return undefined;
  const textPage = calls.FPDFText_LoadPage(page);
  try {
    const frame = readPageFrame(pdfium, page);
    const characters = textPage === 0 ? [] : dropDrawnTwice(readCharacters(pdfium, textPage, frame));
    const { lines, others } = partLines(characters);
    const runs = [...toRuns(joinAccents(others)), ...lines.flatMap(toRightToLeftRuns)];
    return { page: number, width: frame.width, height: frame.height, ...readLines(runs) };
  } finally {
    calls.FPDFText_ClosePage(textPage);
    calls.FPDF_ClosePage(page);
  }
};
