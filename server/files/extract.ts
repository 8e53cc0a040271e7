import type { ExtractEvent, ExtractOptions } from "./document.ts";
import { startExtractor, type Extractor } from "./extract/extractor.ts";

const SPARE_IDLE_MS = 30_000;

const living = new Set<Extractor>();
let spare: { extractor: Extractor; idle: NodeJS.Timeout } | undefined;

const launch = (): Extractor => {
  const extractor = startExtractor();
  living.add(extractor);
  return extractor;
};

const end = async (extractor: Extractor) => {
  living.delete(extractor);
  await extractor.end();
};

/** The spare one, already loaded, or else a new one. */
const takeExtractor = (): Extractor => {
  const taken = spare;
  spare = undefined;
  clearTimeout(taken?.idle);
  if (taken?.extractor.isAlive()) return taken.extractor;
  if (taken) void end(taken.extractor);
  return launch();
};

/** One child is loaded ahead, since loading takes longer than reading a small document; it leaves when idle. */
const keepSpare = () => {
  if (spare) {
    spare.idle.refresh();
    return;
  }
  const extractor = launch();
  const leave = () => {
    if (spare?.extractor === extractor) spare = undefined;
    void end(extractor);
  };
  spare = { extractor, idle: setTimeout(leave, SPARE_IDLE_MS).unref() };
};

/** Ends every child process, those at work too: their documents fail with an error that is not the document's. */
export const closeExtractors = async (): Promise<void> => {
  clearTimeout(spare?.idle);
  spare = undefined;
  await Promise.all([...living].map(end));
};

/**
 * Reads a PDF in a child process of its own and cuts it into chunks: `opened`, then every page in order, then the
 * chunks, at most 64 at a time. The child has neither network nor files, and is gone when this ends or is left.
 *
 * Throws `PDF_ENCRYPTED`, `PDF_CORRUPT`, `PDF_TOO_MANY_PAGES` (before any page is read), `PDF_TOO_COMPLEX` (more than
 * `timeoutMs` or `memoryBytes`) or `PDF_NO_TEXT` with the pages that have none, which are all; the signal's reason
 * after an abort; any other error is not the document's and may be tried again.
 */
export async function* extractDocument(path: string, options: ExtractOptions): AsyncGenerator<ExtractEvent, void> {
  const { signal, ...limits } = options;
  signal.throwIfAborted();
  const extractor = takeExtractor();
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
    const closed = !living.has(extractor);
    await end(extractor);
    if (!closed) keepSpare();
  }
}
