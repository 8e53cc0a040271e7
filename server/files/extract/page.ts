import type { PdfDocument } from "./open.ts";
import { readLines, type ReadPage } from "./lines.ts";
import { placeRuns } from "./runs.ts";

/** Reads one page, counted from 1, and lets go of what the parser keeps of it. */
export const readPage = async (document: PdfDocument, number: number): Promise<ReadPage> => {
  const page = await document.getPage(number);
  try {
    const viewport = page.getViewport({ scale: 1 });
    const content = await page.getTextContent({ disableNormalization: true });
    const { width, height } = viewport;
    return { page: number, width, height, ...readLines(placeRuns(content, viewport)) };
  } finally {
    page.cleanup();
  }
};
