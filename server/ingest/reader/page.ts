import { placeFields, type Field } from "./fields.ts";
import type { PdfDocument } from "./open.ts";
import { readLines, type ReadPage } from "./lines.ts";
import { placeRuns } from "./runs.ts";

/** Reads one page, counted from 1, with its form fields, and lets go of what the parser keeps of it. */
export const readPage = async (document: PdfDocument, number: number, fields: Field[] = []): Promise<ReadPage> => {
  const page = await document.getPage(number);
  try {
    const viewport = page.getViewport({ scale: 1 });
    const content = await page.getTextContent({ disableNormalization: true });
    const { width, height } = viewport;
    const runs = [...placeRuns(content, viewport), ...placeFields(fields, viewport)];
    return { page: number, width, height, ...readLines(runs) };
  } finally {
    page.cleanup();
  }
};
