import type { Pdfium } from "../instance.ts";

/** Larger files are not searched. */
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

const NUMBER = /^(\d+) \d+ obj\r?\n$/;

/** Finds a text in a buffer again and again, each time further on: what lies between is searched once. */
const createFinder = (copy: Buffer, text: string) => {
  let found = -1;
  return (from: number): number => {
    if (found < from) found = copy.indexOf(text, from);
    if (found < 0) found = copy.length;
    return found;
  };
};

/** The dictionaries of a plain copy by object number, as PDFium writes them; streams are passed over. */
export const readPlainObjects = (copy: Buffer): Map<number, PlainObject> => {
  const objects = new Map<number, PlainObject>();
  const header = createFinder(copy, " obj");
  const stream = createFinder(copy, "stream\r\n");
  const object = createFinder(copy, "\nendobj");
  for (let at = header(0); at < copy.length; at = header(Math.max(object(at), at) + 7)) {
    const start = copy.indexOf("\n", at) + 1;
    const line = copy.lastIndexOf("\n", at) + 1;
    const number = NUMBER.exec(copy.toString("latin1", line, start))?.[1];
    const end = Math.min(object(at), stream(at));
    if (number !== undefined) objects.set(Number(number), { text: copy.toString("latin1", start, end), at: start });
  }
  return objects;
};
