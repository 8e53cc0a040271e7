import { readFile } from "node:fs/promises";
import { createRequire } from "node:module";

/** Compiles PDFium. Threads that are handed the same module share its code: each function is compiled once for all. */
export const compilePdfium = async (): Promise<WebAssembly.Module> =>
  WebAssembly.compile(await readFile(createRequire(import.meta.url).resolve("@embedpdf/pdfium/pdfium.wasm")));
