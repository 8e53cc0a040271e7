import { readCharacters, type Character } from "./characters.ts";
import type { Pdfium } from "../instance.ts";
import type { PageFrame } from "../page-frame.ts";

/** Numbers of fpdf_edit.h. */
const TEXT_OBJECT = 1;
const FORM_OBJECT = 5;
const MAX_DEPTH = 8;
/** Far above any page; what has more was made to be slow. */
const MAX_OBJECTS = 200_000;

/** The text objects of a page in the order of the file, those of its form objects too. */
export const readTextObjects = ({ calls }: Pdfium, page: number): number[] => {
  const objects: number[] = [];
  let left = MAX_OBJECTS;
  const walk = (count: number, get: (i: number) => number, depth: number): void => {
    for (let i = 0; i < count && left > 0; i++, left--) {
      const object = get(i);
      const type = calls.FPDFPageObj_GetType(object);
      if (type === TEXT_OBJECT) objects.push(object);
      else if (type === FORM_OBJECT && depth < MAX_DEPTH)
        walk(calls.FPDFFormObj_CountObjects(object), (j) => calls.FPDFFormObj_GetObject(object, j), depth + 1);
    }
  };
  walk(calls.FPDFPage_CountObjects(page), (i) => calls.FPDFPage_GetObject(page, i), 0);
  return objects;
};

const readTextPage = (pdfium: Pdfium, page: number, frame: PageFrame): Character[] => {
  const textPage = pdfium.calls.FPDFText_LoadPage(page);
  if (textPage === 0) return [];
  try {
    return readCharacters(pdfium, textPage, frame);
  } finally {
    pdfium.calls.FPDFText_ClosePage(textPage);
  }
};

/** How often a page is read: each pass finds at least one more of a row of like objects. */
const MAX_PASSES = 5;

/**
 * Reads the characters of a page in the order of the file. PDFium omits a text object that resembles one shortly before
 * it and overlaps with it, as the second of two slanted letters "f": omitted objects are read again without the others.
 */
export const readPageCharacters = (pdfium: Pdfium, page: number, objects: number[], frame: PageFrame): Character[] => {
  const order = new Map(objects.map((object, i) => [object, i]));
  const place = ({ object }: Character) => order.get(object) ?? objects.length;
  const read = new Set<number>();
  let characters: Character[] = [];
  for (let pass = 0; pass < MAX_PASSES; pass++) {
    const found = readTextPage(pdfium, page, frame);
    if (found.length === 0) break;
    characters = characters.concat(pass === 0 ? found : found.filter(({ text }) => text !== " "));
    const seen = new Set(found.map(({ object }) => object)).difference(read);
    for (const object of seen) read.add(object);
    if (objects.every((object) => read.has(object))) break;
    for (const object of seen) pdfium.calls.FPDFPageObj_SetIsActive(object, 0);
  }
  return characters.sort((a, b) => place(a) - place(b));
};
