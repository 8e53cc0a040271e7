import { readFontDictionaries, type FontDictionary } from "./font-dictionaries.ts";
import type { Pdfium } from "./instance.ts";
import type { DocumentFault } from "./protocol.ts";

const HEADER = Buffer.from("%PDF-");
/** `FPDF_ERR_PASSWORD` of fpdfview.h. */
const PASSWORD_ERROR = 4;

/** Handles of an open document and of its form, and its fonts, which are looked up on first need. */
export type OpenDocument = { document: number; form: number; fonts: () => ReadonlyMap<string, FontDictionary> };

/** Opens a PDF that is copied into the instance's memory, without what stands before its header. */
export const openPdf = (pdfium: Pdfium, data: Uint8Array): OpenDocument | DocumentFault => {
  const header = Buffer.from(data.buffer, data.byteOffset, data.byteLength).indexOf(HEADER);
  const pdf = header > 0 ? data.subarray(header) : data;
  const address = pdfium.allocate(pdf.length);
  if (address === 0) return { reason: "PDF_TOO_COMPLEX" };
  pdfium.bytes.set(pdf, address);
  const document = pdfium.calls.FPDF_LoadMemDocument(address, pdf.length, 0);
  if (document !== 0) {
    let fonts: ReadonlyMap<string, FontDictionary> | undefined;
    return {
      document,
      form: openForm(pdfium, document),
      fonts: () => (fonts ??= readFontDictionaries(pdfium, document)),
    };
  }
  return { reason: pdfium.calls.FPDF_GetLastError() === PASSWORD_ERROR ? "PDF_ENCRYPTED" : "PDF_CORRUPT" };
};

const openForm = ({ calls }: Pdfium, document: number): number =>
  calls.PDFiumExt_InitFormFillEnvironment(document, calls.PDFiumExt_OpenFormFillInfo());
