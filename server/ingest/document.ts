import type { Box } from "../contract/files.ts";

/**
 * A line of a page: offsets (UTF-16 units) into the page's text, and its box in points from the upper left. `words` are
 * the places of its words as `server/text/word-places.ts` writes them.
 */
export type PageLine = { start: number; end: number; box: Box; words?: number[] | undefined };

/** One page as read: its text in reading order, lines joined by "\n". Sizes are in points, rotation applied. */
export type PageText = { page: number; width: number; height: number; text: string; lines: PageLine[] };

/** A piece of one page's text: `page` counts from 1, `start` and `end` are UTF-16 offsets into that page's text. */
export type Span = { page: number; start: number; end: number };

/**
 * A passage to index. `text` is its spans' texts, one character between each two of them: so an offset in `text` leads
 * back to a page. Lines of a paragraph are joined by a space; a newline stands between paragraphs, headings and rows of
 * a table. Of running headers and footers only the first occurrence is in a span; page numbers are in none.
 */
export type Chunk = { ordinal: number; section: string | null; text: string; tokens: number; spans: Span[] };

/** A chunk with what the index needs of it, computed once, in the reader's thread. */
export type IndexedChunk = Chunk & {
  /** The words of full text, set apart by spaces: of the document's name, the section and the text. */
  words: string;
  /** The most tokens that embedding the chunk costs, with the name and the section before its text. */
  maxTokens: number;
};

export type ExtractEvent =
  | { type: "opened"; pageCount: number }
  | { type: "page"; page: PageText }
  | { type: "chunks"; chunks: IndexedChunk[] };
