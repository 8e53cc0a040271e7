import { execFile } from "node:child_process";
import { readFile } from "node:fs/promises";
import { promisify } from "node:util";
import { compilePdfium } from "../../server/ingest/reader/compile.ts";
import { createInstance } from "../../server/ingest/reader/pdf/instance.ts";
import { readDocument } from "../../server/ingest/reader/pdf/read.ts";

const LIMITS = { fileName: "file.pdf", maxPages: 1000, chunkTokens: 400, overlapTokens: 40 };
const MEMORY_BYTES = 512 * 1024 * 1024;
const pdfiumModule = await compilePdfium();
const MAX_OUTPUT_BYTES = 256 * 1024 * 1024;

/** The texts of a document's pages, or why there are none. */
export type Reading = { pages: string[] } | { reason: string };

/** As the product reads it. */
export const readOurs = async (path: string): Promise<Reading> => {
  const pages: string[] = [];
  const pdfium = await createInstance(pdfiumModule, MEMORY_BYTES);
  const reading = readDocument(pdfium, new Uint8Array(await readFile(path)), LIMITS);
  for (;;) {
    const { done, value } = reading.next();
    if (done) return value ? { reason: value.reason } : { pages };
    if (value.type === "page") pages.push(value.page.text);
  }
};

const run = promisify(execFile);

/** As poppler's `pdftotext` reads it, in its reading order. */
export const readTheirs = async (path: string): Promise<Reading> => {
  try {
    const options = { maxBuffer: MAX_OUTPUT_BYTES, timeout: 60_000 };
    const { stdout } = await run("pdftotext", ["-enc", "UTF-8", path, "-"], options);
    const pages = stdout.split("\f").slice(0, -1);
    return pages.some((page) => page.trim()) ? { pages } : { reason: "no text" };
  } catch {
    return { reason: "not read" };
  }
};
