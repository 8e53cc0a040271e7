import { readFile, stat } from "node:fs/promises";
import { ReasonError } from "../errors.ts";
import type { ExtractEvent } from "./document.ts";
import type { Cost } from "./reader/cost.ts";
import type { Lease, Readers } from "./reader/pool.ts";
import type { Limits } from "./reader/protocol.ts";

export type ExtractOptions = Limits & {
  readers: Readers;
  /**
   * Whether the document is known to be long; `short` is not read on when it turns out to be. `background` counts as
   * long, and is not read on while other documents wait for a thread.
   */
  length: "short" | "unknown" | "long" | "background";
  signal: AbortSignal;
};

/** What a short document has at most: pages, and its share of a document's CPU time. */
const SHORT_PAGES = 16;
const SHORT_SHARE = 1 / 6;
/** How much larger than its instance a document's text and lines may become in JavaScript, garbage included. */
const HEAP_FACTOR = 2;
/** How much longer than its CPU time a document may take on a busy machine. */
const WAIT_FACTOR = 10;

/** A document that leaves its thread to others: it turned out to be long, or is read in the background while they wait. */
export class ThreadNeeded extends Error {}

/**
 * Reads a PDF in a thread and cuts it into chunks: `opened`, then every page in order, then the chunks, some
 * at a time. The thread is a few events ahead of the receiver at most.
 *
 * Throws `PDF_ENCRYPTED`, `PDF_CORRUPT`, `PDF_TOO_MANY_PAGES` (before any page is read), `PDF_TOO_COMPLEX` (more CPU
 * time or memory than a document may take), `PDF_TEXT_ELSEWHERE`, or `PDF_NO_TEXT` with the pages that have none, which
 * are all; `ThreadNeeded`; the signal's reason after an abort; any other error is not the document's and may be tried again.
 */
export async function* extractDocument(path: string, options: ExtractOptions): AsyncGenerator<ExtractEvent, void> {
  const { readers, length, signal } = options;
  const lease = await readers.lease({ isLong: length === "long" || length === "background", signal });
  try {
    const data = await load(path, readers.memoryBytes);
    signal.throwIfAborted();
    yield* read(lease, data, options);
  } finally {
    lease.release();
  }
}

async function* read(lease: Lease, data: Uint8Array<ArrayBuffer>, options: ExtractOptions) {
  const { readers, length, signal, ...limits } = options;
  const { memoryBytes, cpuMs } = readers;
  const turnLong = () => length !== "short" && lease.turnLong();
  const ending = new AbortController();
  const onCost = (cost: Cost) => {
    if (cost.cpuMs > cpuMs || cost.heapBytes > memoryBytes * HEAP_FACTOR)
      ending.abort(new ReasonError("PDF_TOO_COMPLEX"));
    else if (cost.cpuMs > cpuMs * SHORT_SHARE && !turnLong()) ending.abort(new ThreadNeeded());
    else if (cost.waitedMs > cpuMs * WAIT_FACTOR) ending.abort(new Error("The reader made too little progress."));
  };
  const watch = { signal: AbortSignal.any([signal, ending.signal]), onCost };
  for await (const event of lease.reader.read({ type: "start", data, limits, memoryBytes }, watch)) {
    if (event.type === "opened" && event.pageCount > SHORT_PAGES && !turnLong()) throw new ThreadNeeded();
    if (length === "background" && readers.isAwaited()) throw new ThreadNeeded();
    yield event;
  }
}

/** A file that the instance has no room for is not loaded. */
const load = async (path: string, maxBytes: number): Promise<Uint8Array<ArrayBuffer>> => {
  const { size } = await stat(path);
  if (size > maxBytes) throw new ReasonError("PDF_TOO_COMPLEX");
  return new Uint8Array(await readFile(path));
};
