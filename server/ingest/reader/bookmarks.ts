import { titleKey, type Bookmarks } from "../chunk/headings.ts";
import type { PdfDocument } from "./open.ts";

/** Above any book's table of contents. */
const MAX_BOOKMARKS = 10_000;
/** Shorter titles, as "1" or "A", would be found anywhere. */
const MIN_CHARS = 3;

type Item = { title: string; items: Item[] };

/** The titles of a document's outline, each as deep as it stands the first time. */
export const readBookmarks = async (document: PdfDocument): Promise<Bookmarks> => {
  const bookmarks = new Map<string, number>();
  let level: Item[] = (await document.getOutline()) ?? [];
  let seen = 0;
  for (let depth = 0; level.length > 0 && seen < MAX_BOOKMARKS; depth++) {
    const next: Item[] = [];
    for (const { title, items } of level.slice(0, MAX_BOOKMARKS - seen)) {
      const key = titleKey(title);
      if (key.length >= MIN_CHARS && !bookmarks.has(key)) bookmarks.set(key, depth);
      next.push(...items.slice(0, MAX_BOOKMARKS));
      seen++;
    }
    level = next;
  }
  return bookmarks;
};
