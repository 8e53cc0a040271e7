import type { Pdfium } from "./instance.ts";

/** Larger files are not searched for what PDFium does not tell. */
const MAX_BYTES = 64 * 1024 * 1024;

/** A copy of an open document without encryption and object streams; undefined where it is too large. */
export const readPlainCopy = (pdfium: Pdfium, document: number): Buffer | undefined => {
  const { calls } = pdfium;
  const writer = calls.PDFiumExt_OpenFileWriter();
  try {
    calls.PDFiumExt_SaveAsCopy(document, writer);
    const size = calls.PDFiumExt_GetFileWriterSize(writer);
    if (size <= 0 || size > MAX_BYTES) return undefined;
    const buffer = pdfium.allocate(size);
    calls.PDFiumExt_GetFileWriterData(writer, buffer, size);
    const copy = Buffer.from(pdfium.bytes.slice(buffer, buffer + size));
    pdfium.free(buffer);
    return copy;
  } finally {
    calls.PDFiumExt_CloseFileWriter(writer);
  }
};

/** An object of a plain copy: its dictionary as text, as PDFium writes it, and where that begins. */
export type PlainObject = { text: string; at: number };

const OBJECT = /(?:^|\n)(\d+) \d+ obj\r?\n/y;
const ENDS = ["\nendobj", "stream\r\n", "stream\n"];

const endOf = (copy: Buffer, from: number): number => {
  const ends = ENDS.map((end) => copy.indexOf(end, from)).filter((end) => end >= 0);
  return Math.min(...ends, copy.length);
};

/** The dictionaries of a plain copy by object number; streams are passed over. */
export const readPlainObjects = (copy: Buffer): Map<number, PlainObject> => {
  const objects = new Map<number, PlainObject>();
  for (let at = copy.indexOf(" obj"); at >= 0;) {
    const line = copy.lastIndexOf("\n", at);
    OBJECT.lastIndex = 0;
    const number = OBJECT.exec(copy.toString("latin1", line, at + 6))?.[1];
    const start = copy.indexOf("\n", at) + 1;
    if (number === undefined || start === 0) {
      at = copy.indexOf(" obj", at + 4);
      continue;
    }
    const end = endOf(copy, start);
    objects.set(Number(number), { text: copy.toString("latin1", start, end), at: start });
    const next = copy.indexOf("\nendobj", end);
    at = next < 0 ? -1 : copy.indexOf(" obj", next + 7);
  }
  return objects;
};
