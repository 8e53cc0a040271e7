import { joinAccents } from "./accents.ts";
import { applyActualTexts, takeActualTexts } from "./actual-text.ts";
import { readAnnotations } from "./annotations.ts";
import { dropDrawnTwice } from "./drawn-twice.ts";
import { hideObjects } from "./hidden-objects.ts";
import type { Pdfium } from "./instance.ts";
import { readLines, type ReadPage } from "./lines.ts";
import type { OpenDocument } from "./open.ts";
import { readPageFrame } from "./page-frame.ts";
import { partLines, toRightToLeftRuns } from "./right-to-left.ts";
import { toRuns } from "./runs.ts";
import { readPageCharacters, readTextObjects } from "./text-objects.ts";
import { readUnmapped } from "./unmapped.ts";

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
    const content = readUnmapped(applyActualTexts(characters, actualTexts), fonts);
    const { lines, others } = partLines(dropDrawnTwice([...content, ...annotations.characters]));
    const runs = [...toRuns(joinAccents(others)), ...lines.flatMap(toRightToLeftRuns), ...annotations.runs];
    return { page: number, width: frame.width, height: frame.height, ...readLines(runs) };
  } finally {
    calls.FPDF_ClosePage(page);
  }
};
