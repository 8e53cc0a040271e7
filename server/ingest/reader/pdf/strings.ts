import type { Pdfium } from "./instance.ts";

/** Above any title, name or value of a field; what is longer is cut. */
const MAX_BYTES = 65_536;

/** What a call writes that takes a buffer and its length and returns the length that it needs. */
export const readBytes = (pdfium: Pdfium, call: (buffer: number, length: number) => number): Uint8Array => {
  const length = Math.min(call(0, 0), MAX_BYTES);
  if (length <= 0) return new Uint8Array(0);
  const buffer = pdfium.allocate(MAX_BYTES);
  try {
    const written = Math.min(call(buffer, MAX_BYTES), length);
    return pdfium.bytes.slice(buffer, buffer + written);
  } finally {
    pdfium.free(buffer);
  }
};

/** Such a text in UTF-16, as most of PDFium's are, without the zero at its end. */
export const readUtf16 = (pdfium: Pdfium, call: (buffer: number, length: number) => number): string =>
  new TextDecoder("utf-16le").decode(readBytes(pdfium, call)).replace(/\0+$/, "");

/** Runs `use` with the address of a text in ASCII. */
export const withAscii = <T>(pdfium: Pdfium, text: string, use: (address: number) => T): T => {
  const address = pdfium.allocate(text.length + 1);
  try {
    pdfium.bytes.set(Buffer.from(`${text}\0`, "latin1"), address);
    return use(address);
  } finally {
    pdfium.free(address);
  }
};

/** Four numbers that a call has written, as those of a rectangle or the first of a matrix. */
export const readFloats = ({ view }: Pdfium, address: number): [number, number, number, number] => [
  view.getFloat32(address, true),
  view.getFloat32(address + 4, true),
  view.getFloat32(address + 8, true),
  view.getFloat32(address + 12, true),
];
