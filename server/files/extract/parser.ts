/** The thread that reads one PDF and cuts it into chunks; it may run out of time or memory at any moment. */
import { parentPort } from "node:worker_threads";
import { chunkDocument } from "../chunk/chunk.ts";
import { bodyOf } from "./body.ts";
import type { ReadPage } from "./lines.ts";
import { faultOf, openPdf, type PdfDocument } from "./open.ts";
import { readPage } from "./page.ts";
import { SAMPLE } from "./sample.ts";
import type { ChildMessage, DocumentFault, Limits, Parse } from "./protocol.ts";

const CHUNKS_PER_MESSAGE = 64;
/** Far above any book: what is longer was made to be. */
const MAX_CHARS = 20_000_000;

const tell = (message: ChildMessage) => parentPort?.postMessage(message);

const emptyPage = (page: number): ReadPage => ({ page, width: 0, height: 0, text: "", lines: [] });

/** A page that cannot be read is an empty page; `failed` counts them. */
const readPages = async (document: PdfDocument): Promise<ReadPage[] | DocumentFault> => {
  const pages: ReadPage[] = [];
  let chars = 0;
  let failed = 0;
  for (let number = 1; number <= document.numPages; number++) {
    const page = await readPage(document, number).catch(() => undefined);
    if (!page) failed++;
    const read = page ?? emptyPage(number);
    chars += read.text.length;
    if (chars > MAX_CHARS) return { reason: "PDF_TOO_COMPLEX" };
    const { lines, ...rest } = read;
    tell({ type: "page", page: { ...rest, lines: lines.map(({ start, end, box }) => ({ start, end, box })) } });
    pages.push(read);
  }
  return failed === pages.length ? { reason: "PDF_CORRUPT" } : pages;
};

const sendChunks = (body: ReadPage[], limits: Limits) => {
  const chunks = chunkDocument(body, limits);
  for (let at = 0; at < chunks.length; at += CHUNKS_PER_MESSAGE)
    tell({ type: "chunks", chunks: chunks.slice(at, at + CHUNKS_PER_MESSAGE) });
};

const parse = async ({ data, limits }: Parse): Promise<DocumentFault | undefined> => {
  let document: PdfDocument;
  try {
    document = await openPdf(data);
  } catch (error) {
    return faultOf(error);
  }
  if (document.numPages > limits.maxPages) return { reason: "PDF_TOO_MANY_PAGES" };
  tell({ type: "opened", pageCount: document.numPages });
  const pages = await readPages(document);
  if (!Array.isArray(pages)) return pages;
  const body = bodyOf(pages);
  if (!body) return { reason: "PDF_NO_TEXT", pages: pages.map(({ page }) => page) };
  sendChunks(body, limits);
};

/** Reads a small document before the real one is there, so that everything is loaded and compiled by then. */
const rehearse = async () => {
  const document = await openPdf(Buffer.from(SAMPLE));
  const page = await readPage(document, 1);
  chunkDocument([page], { chunkTokens: 50, overlapTokens: 10 });
  await document.loadingTask.destroy();
};

/** The parser rejects promises that nobody holds, even after it has answered: that must not end the process. */
process.on("unhandledRejection", () => {});

parentPort?.once("message", (message: Parse) => {
  void parse(message).then((fault) => tell(fault ? { type: "refused", ...fault } : { type: "done" }));
});

await rehearse();
tell({ type: "ready" });
