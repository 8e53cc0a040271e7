import { getDocument, GlobalWorkerOptions, version, type PDFDocumentProxy } from "pdfjs-dist";
// oxlint-disable-next-line import/default -- the bundler gives the address of the file
import workerUrl from "pdfjs-dist/build/pdf.worker.min.mjs?url";
import { BASE } from "../session/base.ts";

GlobalWorkerOptions.workerSrc = workerUrl;

export type Pdf = PDFDocumentProxy;

const DATA = `${BASE}assets/pdfjs-${version}`;

/** Kept while the console is open: the next citation is often of the same document. */
const KEPT = 3;
const opened = new Map<string, Promise<Pdf>>();

/** Reads a document's bytes and opens them; `load` is asked once while it is kept. */
export const openPdf = (key: string, load: () => Promise<Uint8Array>): Promise<Pdf> => {
  const known = opened.get(key);
  if (known) return known;
  const opening = load().then((data) => open(data));
  opened.set(key, opening);
  opening.catch(() => opened.delete(key));
  for (const [old, document] of [...opened].slice(0, -KEPT)) {
    opened.delete(old);
    void document.then((pdf) => pdf.loadingTask.destroy());
  }
  return opening;
};

const open = (data: Uint8Array): Promise<Pdf> =>
  getDocument({
    data,
    cMapUrl: `${DATA}/cmaps/`,
    iccUrl: `${DATA}/iccs/`,
    standardFontDataUrl: `${DATA}/standard_fonts/`,
    wasmUrl: `${DATA}/wasm/`,
    // A page looks alike on every machine, and as its marks expect it.
    useSystemFonts: false,
    // The documents are strangers': nothing of theirs runs, and no form is filled in.
    enableXfa: false,
  }).promise;
