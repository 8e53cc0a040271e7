// oxlint-disable no-restricted-imports -- the one place that reads PDFs
import "./prepare.ts";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import type { PDFDocumentProxy, PDFPageProxy } from "pdfjs-dist/types/src/display/api.js";
import type { DocumentFault } from "./protocol.ts";

export type PdfDocument = PDFDocumentProxy;
export type PdfPage = PDFPageProxy;

/** Imported only now, since a static import would be loaded before `prepare` could change anything. */
const { PDFParse } = await import("pdf-parse");
/**
 * The half of the parser that it would start a thread for. This thread is its own already; handed over, it is loaded
 * ahead.
 */
// @ts-expect-error -- the package has no types for this file
const worker: unknown = await import("pdfjs-dist/build/pdf.worker.mjs");
Object.assign(globalThis, { pdfjsWorker: worker });

const require = createRequire(import.meta.url);
const pdfjs = dirname(createRequire(require.resolve("pdf-parse")).resolve("pdfjs-dist/package.json"));
const folder = (name: string) => `${join(pdfjs, name)}/`;

/** `load` gives the document itself, which the package's own methods stand on; its types keep it to themselves. */
type Loader = { load(): Promise<PdfDocument> };

/** Character maps, fonts and decoders are read from the package; without them many Asian files have no text. */
export const openPdf = (data: Uint8Array): Promise<PdfDocument> => {
  const parse = new PDFParse({
    data,
    cMapUrl: folder("cmaps"),
    cMapPacked: true,
    standardFontDataUrl: folder("standard_fonts"),
    wasmUrl: folder("wasm"),
    verbosity: 0,
    useSystemFonts: false,
    disableFontFace: true,
  });
  return (parse as unknown as Loader).load();
};

/** Why a document could not be opened: whatever the parser throws is about the bytes it was given. */
export const faultOf = (error: unknown): DocumentFault => ({
  reason: error instanceof Error && error.name === "PasswordException" ? "PDF_ENCRYPTED" : "PDF_CORRUPT",
});
