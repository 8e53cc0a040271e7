import type { ExtractEvent, ExtractOptions } from "./document.ts";
import { giveBack, takeExtractor } from "./reader/pool.ts";

export { closeExtractors } from "./reader/pool.ts";

/**
 * Reads a PDF in a child process and cuts it into chunks: `opened`, then every page in order, then the chunks, at most
 * 64 at a time. The child has neither network nor files; after a document that it read well it may read the next one of
 * the same tenant, otherwise it is gone when this ends or is left.
 *
 * Throws `PDF_ENCRYPTED`, `PDF_CORRUPT`, `PDF_TOO_MANY_PAGES` (before any page is read), `PDF_TOO_COMPLEX` (more than
 * `timeoutMs` or `memoryBytes`), `PDF_TEXT_ELSEWHERE`, or `PDF_NO_TEXT` with the pages that have none, which are all;
 * the signal's reason after an abort; any other error is not the document's and may be tried again.
 */
export async function* extractDocument(path: string, options: ExtractOptions): AsyncGenerator<ExtractEvent, void> {
  const { signal, tenantId, ...limits } = options;
  signal.throwIfAborted();
  const extractor = takeExtractor(tenantId);
  const abort = () => extractor.fail(signal.reason);
  signal.addEventListener("abort", abort, { once: true });
  try {
    extractor.feed(path, limits);
    for (;;) {
      const event = await extractor.take();
      if (event.type === "done") return;
      yield event;
    }
  } finally {
    signal.removeEventListener("abort", abort);
    await giveBack(extractor, tenantId);
  }
}
