import type { Chunk, PageText } from "../../server/ingest/document.ts";
import { compilePdfium } from "../../server/ingest/reader/compile.ts";
import { createInstance } from "../../server/ingest/reader/pdf/instance.ts";
import type { DocumentFault, Limits } from "../../server/ingest/reader/protocol.ts";
import { readDocument } from "../../server/ingest/reader/pdf/read.ts";

const MEMORY_BYTES = 256 * 1024 * 1024;

export const LIMITS: Limits = { fileName: "file.pdf", maxPages: 500, chunkTokens: 400, overlapTokens: 40 };

export type ReadPdf = { pages: PageText[]; chunks: Chunk[]; fault: DocumentFault | undefined };

const compiled = compilePdfium();

/** Reads a PDF in this thread, in an instance of its own. */
export const readPdf = async (bytes: Uint8Array, limits: Partial<Limits> = {}): Promise<ReadPdf> => {
  const pdfium = await createInstance(await compiled, MEMORY_BYTES);
  const reading = readDocument(pdfium, bytes, { ...LIMITS, ...limits });
  const [pages, chunks]: [PageText[], Chunk[]] = [[], []];
  for (;;) {
    const { done, value } = reading.next();
    if (done) return { pages, chunks, fault: value };
    if (value.type === "page") pages.push(value.page);
    if (value.type === "chunks") chunks.push(...value.chunks);
  }
};

/** The text of a PDF's pages, one after the other. */
export const readText = async (bytes: Uint8Array): Promise<string> =>
  (await readPdf(bytes)).pages.map(({ text }) => text).join("\n");
