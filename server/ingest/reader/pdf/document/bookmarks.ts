import { titleKey, type Bookmarks } from "../../../chunk/headings.ts";
import type { Pdfium } from "../instance.ts";
import { readUtf16 } from "../strings.ts";

/** Above any book's table of contents. */
const MAX_BOOKMARKS = 10_000;
/** Shorter titles, as "1" or "A", would be found anywhere. */
const MIN_CHARS = 3;

/** The titles of a document's outline, each as deep as it stands the first time. */
export const readBookmarks = (pdfium: Pdfium, document: number): Bookmarks => {
  const { calls } = pdfium;
  const bookmarks = new Map<string, number>();
  /** An outline may lead back into itself. */
  const seen = new Set<number>();
  let level = [0];
  for (let depth = 0; level.length > 0; depth++) {
    const next: number[] = [];
    for (const parent of level) {
      let item = calls.FPDFBookmark_GetFirstChild(document, parent);
      while (item !== 0 && !seen.has(item) && seen.size < MAX_BOOKMARKS) {
        seen.add(item);
        next.push(item);
        const address = item;
        const key = titleKey(readUtf16(pdfium, (buffer, size) => calls.FPDFBookmark_GetTitle(address, buffer, size)));
        if (key.length >= MIN_CHARS && !bookmarks.has(key)) bookmarks.set(key, depth);
        item = calls.FPDFBookmark_GetNextSibling(document, item);
      }
    }
    level = next;
  }
  return bookmarks;
};
