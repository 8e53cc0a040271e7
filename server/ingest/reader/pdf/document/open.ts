import { readFontDictionaries, type FontDictionary } from "./font-dictionaries.ts";
import type { Pdfium } from "../instance.ts";
import { markHidden, mayHaveLayers } from "./layers.ts";
import { readPlainCopy } from "./plain-objects.ts";
import type { DocumentFault } from "../../protocol.ts";

const HEADER = "%PDF-";
/** `FPDF_ERR_PASSWORD` of fpdfview.h. */
const PASSWORD_ERROR = 4;

/** Handles of an open document and of its form, and what is looked up in it. */
export type OpenDocument = {
  document: number;
  form: number;
  fonts: () => ReadonlyMap<string, FontDictionary>;
  /** Some of its contents are on hidden layers, and marked so. */
  hides: boolean;
};

/** Loads a PDF that stays in the instance's memory; 0 where it cannot be loaded. */
const load = (pdfium: Pdfium, pdf: Uint8Array): number => {
  const address = pdfium.allocate(pdf.length);
  pdfium.bytes.set(pdf, address);
  return pdfium.calls.FPDF_LoadMemDocument(address, pdf.length, 0);
};

/** Loads a document without what its layers hide; undefined where they hide nothing. */
const loadWithoutHidden = (pdfium: Pdfium, document: number): number | undefined => {
  const copy = readPlainCopy(pdfium, document);
  const marked = copy && markHidden(copy);
  return (marked && load(pdfium, marked)) || undefined;
};

/** Opens a PDF; bytes before its header are skipped. */
export const openPdf = (pdfium: Pdfium, data: Uint8Array): OpenDocument | DocumentFault => {
  const { calls } = pdfium;
  const file = Buffer.from(data.buffer, data.byteOffset, data.byteLength);
  const pdf = file.subarray(Math.max(0, file.indexOf(HEADER)));
  const whole = load(pdfium, pdf);
  if (whole === 0) return { reason: calls.FPDF_GetLastError() === PASSWORD_ERROR ? "PDF_ENCRYPTED" : "PDF_CORRUPT" };
  const visible = mayHaveLayers(pdf) ? loadWithoutHidden(pdfium, whole) : undefined;
  const document = visible ?? whole;
  let fonts: ReadonlyMap<string, FontDictionary> | undefined;
  return {
    document,
    form: calls.PDFiumExt_InitFormFillEnvironment(document, calls.PDFiumExt_OpenFormFillInfo()),
    fonts: () => (fonts ??= readFontDictionaries(pdfium, document)),
    hides: visible !== undefined,
  };
};
