import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import type { Plugin } from "vite";

/** What pdf.js fetches by itself where a document asks for it; not its engine for scripts in PDFs, nor what browsers without WebAssembly need. */
const FOLDERS = ["cmaps", "iccs", "standard_fonts", "wasm"];
const LEFT_OUT = /^(LICENSE|quickjs)|nowasm/;

/** Puts them where `viewer/open-pdf.ts` looks for them, under the library's version, so that they may be kept for ever. */
export const pdfjsData = (home: string): Plugin => ({
  name: "pdfjs-data",
  async generateBundle() {
    const { version } = JSON.parse(await readFile(join(home, "package.json"), "utf8")) as { version: string };
    for (const folder of FOLDERS)
      for (const name of await readdir(join(home, folder))) {
        if (LEFT_OUT.test(name)) continue;
        const source = await readFile(join(home, folder, name));
        this.emitFile({ type: "asset", fileName: `assets/pdfjs-${version}/${folder}/${name}`, source });
      }
  },
});
