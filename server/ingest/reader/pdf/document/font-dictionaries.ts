import type { Pdfium } from "../instance.ts";
import { readPlainCopy, readPlainObjects, type PlainObject } from "./plain-objects.ts";

/** Entries of a font's dictionary that PDFium has no call for. */
export type FontDictionary = {
  /** Its codes are of several bytes, and mean nothing without a map. */
  composite: boolean;
  /** Glyph names by code, where the font has an encoding of its own. */
  names: ReadonlyMap<number, string>;
};

const DIFFERENCES = /\/Differences\s*\[([^\]]*)\]/;
const TOKEN = /\/([^\s/[\]<>()]+)|(\d+)/g;

const parseDifferences = (text: string): Map<number, string> => {
  const names = new Map<number, string>();
  let code = 0;
  for (const [, name, number] of (DIFFERENCES.exec(text)?.[1] ?? "").matchAll(TOKEN))
    if (name === undefined) code = Number(number);
    else
      names.set(
        code++,
        name.replace(/#([0-9A-Fa-f]{2})/g, (_, hex: string) => String.fromCharCode(parseInt(hex, 16))),
      );
  return names;
};

const toDictionary = (text: string, objects: Map<number, PlainObject>): FontDictionary => {
  const encoding = /\/Encoding (\d+) \d+ R/.exec(text)?.[1];
  const described = encoding === undefined ? text : (objects.get(Number(encoding))?.text ?? "");
  return { composite: /\/Subtype\/Type0\b/.test(text), names: parseDifferences(described) };
};

/** The dictionaries of a document's fonts by their base names. */
export const readFontDictionaries = (pdfium: Pdfium, document: number): ReadonlyMap<string, FontDictionary> => {
  const copy = readPlainCopy(pdfium, document);
  const objects = copy ? readPlainObjects(copy) : new Map<number, PlainObject>();
  const fonts = new Map<string, FontDictionary>();
  for (const { text } of objects.values()) {
    const name = /\/Type\/Font\b/.test(text) ? /\/BaseFont\/([^\s/[\]<>()]+)/.exec(text)?.[1] : undefined;
    if (name !== undefined && !/\/Subtype\/CIDFontType/.test(text)) fonts.set(name, toDictionary(text, objects));
  }
  return fonts;
};
