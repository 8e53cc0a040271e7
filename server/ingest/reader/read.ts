import { chunkDocument } from "../chunk/chunk.ts";
import type { ExtractEvent } from "../document.ts";
import { bodyOf } from "./body.ts";
import { readBookmarks } from "./bookmarks.ts";
import { readFields } from "./fields.ts";
import type { ReadPage } from "./lines.ts";
import { faultOf, openPdf, type PdfDocument } from "./open.ts";
import { readPage } from "./page.ts";
import type { DocumentFault, Limits } from "./protocol.ts";

const CHUNKS_PER_EVENT = 16;
/** Far above any book: what is longer was made to be. */
const MAX_CHARS = 20_000_000;

type Tell = (event: ExtractEvent) => void;

const emptyPage = (page: number): ReadPage => ({ page, width: 0, height: 0, text: "", lines: [] });

/** A page that cannot be read is an empty page, unless all are. */
const readPages = async (document: PdfDocument, tell: Tell): Promise<ReadPage[] | DocumentFault> => {
  const pages: ReadPage[] = [];
  const fields = await readFields(document).catch(() => undefined);
  let chars = 0;
  let failed = 0;
  for (let number = 1; number <= document.numPages; number++) {
    const page = await readPage(document, number, fields?.get(number - 1)).catch(() => undefined);
    if (!page) failed++;
    const read = page ?? emptyPage(number);
    chars += read.text.length;
    if (chars > MAX_CHARS) return { reason: "PDF_TOO_COMPLEX" };
    const lines = read.lines.map(({ start, end, box }) => ({ start, end, box }));
    tell({ type: "page", page: { ...read, lines } });
    pages.push(read);
  }
  return failed === pages.length ? { reason: "PDF_CORRUPT" } : pages;
};

/** Reads a PDF and cuts it into chunks; gives back the reason why it cannot be read. `data` is taken over. */
export const readDocument = async (
  data: Uint8Array,
  limits: Limits,
  tell: Tell,
): Promise<DocumentFault | undefined> => {
  let document: PdfDocument;
  try {
    document = await openPdf(data);
  } catch (error) {
    return faultOf(error);
  }
  try {
    if (document.numPages > limits.maxPages) return { reason: "PDF_TOO_MANY_PAGES" };
    tell({ type: "opened", pageCount: document.numPages });
    const pages = await readPages(document, tell);
    if (!Array.isArray(pages)) return pages;
    const body = bodyOf(pages);
    if (!body) return { reason: "PDF_NO_TEXT", pages: pages.map(({ page }) => page) };
    const bookmarks = await readBookmarks(document).catch(() => undefined);
    const chunks = chunkDocument(body, limits, bookmarks);
    for (let at = 0; at < chunks.length; at += CHUNKS_PER_EVENT)
      tell({ type: "chunks", chunks: chunks.slice(at, at + CHUNKS_PER_EVENT) });
  } finally {
    void document.loadingTask.destroy();
  }
};
