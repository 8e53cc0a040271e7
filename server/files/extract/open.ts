// oxlint-disable no-restricted-imports -- the one place that reads PDFs
import "./no-canvas.ts";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { PDFParse } from "pdf-parse";
// @ts-expect-error -- the package has no types for it
import * as worker from "pdfjs-dist/legacy/build/pdf.worker.mjs";
import type { PDFDocumentProxy, PDFPageProxy } from "pdfjs-dist/types/src/display/api.js";
import type { DocumentFault } from "./protocol.ts";

export type PdfDocument = PDFDocumentProxy;
export type PdfPage = PDFPageProxy;

/** The parser runs in this thread, which is its own already; handing it over keeps it loaded in a warm process. */
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
