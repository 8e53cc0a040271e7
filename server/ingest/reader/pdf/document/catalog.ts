import type { Pdfium } from "../instance.ts";

const MAX_DICTIONARY_BYTES = 65_536;
const TRAILER_BYTES = 2_048;
/** As many as a look at their number takes; a document with more is written with the others. */
const MAX_DELETED = 1_000;

/**
 * Tells whether the document is a portfolio that shows the list of its files: its catalog has a `Collection` whose view
 * is not hidden. PDFium has no call for it, but writes the catalog in plain text, whatever it was packed or encrypted in.
 * The attachments are taken out first: they may be large.
 */
export const isPortfolio = (pdfium: Pdfium, document: number): boolean => {
  const { calls } = pdfium;
  const count = Math.min(calls.FPDFDoc_GetAttachmentCount(document), MAX_DELETED);
  for (let index = count - 1; index >= 0; index--) calls.FPDFDoc_DeleteAttachment(document, index);
  const copy = saveCopy(pdfium, document);
  const root = /\/Root (\d+) 0 R/.exec(copy.subarray(-TRAILER_BYTES).toString("latin1"))?.[1];
  const collection = /\/Collection(?: (\d+) 0 R|\s*<<.*)/s.exec(dictionaryOf(copy, root));
  if (!collection) return false;
  const [inline, reference] = collection;
  return !/\/View\s*\/H\b/.test(reference === undefined ? inline : dictionaryOf(copy, reference));
};

const saveCopy = (pdfium: Pdfium, document: number): Buffer => {
  const { calls } = pdfium;
  const writer = calls.PDFiumExt_OpenFileWriter();
  try {
    calls.PDFiumExt_SaveAsCopy(document, writer);
    const size = calls.PDFiumExt_GetFileWriterSize(writer);
    const address = pdfium.allocate(size);
    if (address === 0) return Buffer.alloc(0);
    calls.PDFiumExt_GetFileWriterData(writer, address, size);
    const copy = Buffer.from(pdfium.bytes.slice(address, address + size));
    pdfium.free(address);
    return copy;
  } finally {
    calls.PDFiumExt_CloseFileWriter(writer);
  }
};

/** The text of an object that PDFium has written. */
const dictionaryOf = (copy: Buffer, number: string | undefined): string => {
  const start = number === undefined ? -1 : copy.indexOf(`\n${number} 0 obj`);
  if (start < 0) return "";
  const text = copy.subarray(start, start + MAX_DICTIONARY_BYTES).toString("latin1");
  return text.slice(0, text.indexOf("endobj"));
};
