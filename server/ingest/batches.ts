import type { FileWarning } from "../../db/index.ts";
import type { ExtractEvent, IndexedChunk, PageText } from "./document.ts";
import { createWarnings } from "./warnings.ts";

/** What one call embeds and one transaction stores: chunks, and the pages that were read before them. */
export type Batch = { pages: PageText[]; chunks: IndexedChunk[]; isLast: boolean };

/** What is known of a document while it is read. */
export type Reading = {
  pageCount: number;
  /** Of the whole document; undefined until its end, or where an earlier run has come to it. */
  chunkCount: number | undefined;
  /** Complete at the document's end. */
  warnings: FileWarning[];
};

export type BatchOptions = {
  /** The most chunks of a batch. */
  size: number;
  /** Ordinals of chunks that an earlier run has stored: they are in no batch. */
  stored: ReadonlySet<number>;
  reading: Reading;
};

/** Pages without chunks are stored by themselves beyond this many characters, which bounds what is held of a document. */
const MAX_PAGE_CHARS = 1_000_000;

/** Cuts a document into batches as it is read. Reading goes on only as far as batches are taken; the last may be empty. */
export async function* toBatches(
  events: AsyncIterable<ExtractEvent>,
  { size, stored, reading }: BatchOptions,
): AsyncGenerator<Batch, void> {
  let pages: PageText[] = [];
  let chunks: IndexedChunk[] = [];
  let [chars, chunkCount] = [0, 0];
  const warnings = createWarnings();
  const take = (isLast = false): Batch => {
    const batch = { pages, chunks, isLast };
    [pages, chunks, chars] = [[], [], 0];
    return batch;
  };
  for await (const event of events)
    switch (event.type) {
      case "opened":
        reading.pageCount = event.pageCount;
        break;
      case "page":
        pages.push(event.page);
        warnings.addPage(event.page);
        chars += event.page.text.length;
        if (chars > MAX_PAGE_CHARS) yield take();
        break;
      case "chunks":
        chunkCount += event.chunks.length;
        for (const chunk of event.chunks) if (!stored.has(chunk.ordinal) && chunks.push(chunk) >= size) yield take();
        break;
    }
  reading.chunkCount = chunkCount;
  reading.warnings = warnings.list();
  yield take(true);
}
