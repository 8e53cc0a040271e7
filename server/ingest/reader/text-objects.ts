import { readCharacters, type Character } from "./characters.ts";
import type { Pdfium } from "./instance.ts";
import type { PageFrame } from "./page-frame.ts";

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

/** Each pass reads at least one object more of every row of like ones. */
const MAX_PASSES = 5;

const readTextPage = (pdfium: Pdfium, page: number, frame: PageFrame): Character[] => {
  const textPage = pdfium.calls.FPDFText_LoadPage(page);
  if (textPage === 0) return [];
  try {
    return readCharacters(pdfium, textPage, frame);
  } finally {
    pdfium.calls.FPDFText_ClosePage(textPage);
  }
};

/**
 * The characters of a page. PDFium leaves out an object that is like one shortly before it and overlaps with it, as the
 * second of two slanted letters "f": what it left out is read again without the others.
 */
export const readPageCharacters = (pdfium: Pdfium, page: number, objects: number[], frame: PageFrame): Character[] => {
  const characters = readTextPage(pdfium, page, frame);
  const read = new Set<number>();
  let found = characters;
  for (let pass = 1; pass < MAX_PASSES && found.length > 0; pass++) {
    for (const { object } of found)
      if (!read.has(object)) {
        read.add(object);
        pdfium.calls.FPDFPageObj_SetIsActive(object, 0);
      }
    if (objects.every((object) => read.has(object))) break;
    found = readTextPage(pdfium, page, frame).filter(({ text }) => text !== " ");
    characters.push(...found);
  }
  if (read.size === 0 || characters.length === 0) return characters;
  const order = new Map(objects.map((object, i) => [object, i]));
  const place = ({ object }: Character) => order.get(object) ?? objects.length;
  return characters.sort((a, b) => place(a) - place(b));
};
