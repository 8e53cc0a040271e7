import { chunkDocument } from "../../chunk/chunk.ts";
import { toIndexed } from "../../chunk/indexed.ts";
import type { ExtractEvent, IndexedChunk } from "../../document.ts";
import { bodyOf } from "./body/body.ts";
import { readBookmarks } from "./document/bookmarks.ts";
import { findTextElsewhere } from "./document/elsewhere.ts";
import type { Pdfium } from "./instance.ts";
import type { ReadPage } from "./layout/lines.ts";
import { openPdf, type OpenDocument } from "./document/open.ts";
import { readPage } from "./page.ts";
import type { DocumentFault, Limits } from "../protocol.ts";
import { withWholeWords } from "./body/whole-words.ts";

const CHUNKS_PER_EVENT = 16;
/** Far above any book: what is longer was made to be. */
const MAX_CHARS = 20_000_000;

const emptyPage = (page: number): ReadPage => ({ page, width: 0, height: 0, text: "", lines: [] });

function* readPages(pdfium: Pdfium, opened: OpenDocument, pageCount: number): Generator<ReadPage> {
  for (let number = 1; number <= pageCount; number++) yield readPage(pdfium, opened, number) ?? emptyPage(number);
}

/** Reads a PDF and cuts it into chunks; returns the reason why it cannot be read. */
export function* readDocument(
  pdfium: Pdfium,
  data: Uint8Array,
  limits: Limits,
): Generator<ExtractEvent, DocumentFault | undefined> {
  const opened = openPdf(pdfium, data);
  if ("reason" in opened) return opened;
  const { document } = opened;
  const pageCount = pdfium.calls.FPDF_GetPageCount(document);
  if (pageCount <= 0) return { reason: "PDF_CORRUPT" };
  if (pageCount > limits.maxPages) return { reason: "PDF_TOO_MANY_PAGES" };
  yield { type: "opened", pageCount };
  const pages: ReadPage[] = [];
  let chars = 0;
  for (const page of withWholeWords(readPages(pdfium, opened, pageCount))) {
    chars += page.text.length;
    if (chars > MAX_CHARS) return { reason: "PDF_TOO_COMPLEX" };
    pages.push(page);
    yield {
      type: "page",
      page: { ...page, lines: page.lines.map(({ start, end, box, words }) => ({ start, end, box, words })) },
    };
  }
  if (pages.every(({ width }) => width === 0)) return { reason: "PDF_CORRUPT" };
  const bookmarks = readBookmarks(pdfium, document);
  const place = findTextElsewhere(pdfium, document, pages);
  if (place) return { reason: "PDF_TEXT_ELSEWHERE", place };
  const body = bodyOf(pages);
  if (!body) return { reason: "PDF_NO_TEXT", pages: pages.map(({ page }) => page) };
  let chunks: IndexedChunk[] = [];
  for (const chunk of toIndexed(chunkDocument(body, limits, bookmarks), limits.fileName)) {
    if (chunks.push(chunk) < CHUNKS_PER_EVENT) continue;
    yield { type: "chunks", chunks };
    chunks = [];
  }
  if (chunks.length > 0) yield { type: "chunks", chunks };
  return undefined;
}
