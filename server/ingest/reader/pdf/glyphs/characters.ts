import { isRightToLeft } from "../../../../text/direction.ts";
import { mapX, mapY } from "../frame.ts";
import type { Pdfium } from "../instance.ts";
import { clean } from "./letters.ts";
import type { PageFrame } from "../page-frame.ts";
import { readFloats } from "../strings.ts";
import { createStyles, type Style } from "./styles.ts";

/** A glyph of a page with the text that it stands for, in the frame of its turn. */
export type Character = {
  text: string;
  /** The text object that draws it. */
  object: number;
  style: Style;
  /** Where its pen stood: `origin` along the line, `v` the baseline. */
  origin: number;
  v: number;
  /** Its box along the line. */
  u0: number;
  u1: number;
  /** PDFium found a gap before it. */
  gap: boolean;
  /** Of a glyph that the font maps to no text. */
  code: number | undefined;
  /** Its text is in reading order, also where it is written to the left. */
  ordered?: boolean;
};

const SPACE = 0x20;
/** Of one page: far above a poster's or a printed table's. */
const MAX_CHARACTERS = 1_000_000;
/** What PDFium reports for a hyphen at the end of a line. */
const LINE_END_HYPHEN = 0x02;

/**
 * The characters of a page in the order of the file, spaces too; what lies outside the page is left out. Throws a
 * `RangeError` where there are more than any page has.
 */
export const readCharacters = (pdfium: Pdfium, textPage: number, frame: PageFrame): Character[] => {
  const { calls, scratch } = pdfium;
  const { visible } = frame;
  const styleOf = createStyles(pdfium, textPage, frame);
  const characters: Character[] = [];
  const count = calls.FPDFText_CountChars(textPage);
  if (count > MAX_CHARACTERS) throw new RangeError("A page has too many characters.");
  let gap = false;
  let penX = 0;
  for (let i = 0; i < count; i++) {
    const object = calls.FPDFText_GetTextObject(textPage, i);
    const code = readCode(pdfium, textPage, i);
    calls.FPDFText_GetLooseCharBox(textPage, i, scratch);
    const [left, top, right, bottom] = readFloats(pdfium, scratch);
    if (object === 0 || (code === SPACE && left === right)) {
      if (!gap) narrow(characters.at(-1), left - penX);
      gap = true;
      continue;
    }
    if (!(left < visible.right && right > visible.left && bottom < visible.top && top > visible.bottom)) {
      penX = NaN;
      continue;
    }
    const style = styleOf(object, i);
    calls.FPDFText_GetCharOrigin(textPage, i, scratch, scratch + 8);
    const { view } = pdfium;
    const [x, y] = [view.getFloat64(scratch, true), view.getFloat64(scratch + 8, true)];
    penX = x;
    const [origin, v] = [mapX(style.toFrame, x, y), mapY(style.toFrame, x, y)];
    const [from, to] = [mapX(style.toFrame, left, top), mapX(style.toFrame, right, bottom)];
    const u1 = Math.max(from, to);
    const previous = characters.at(-1);
    // One glyph that stands for several characters is reported once for each of them.
    if (previous?.object === object && isSamePlace(previous, { origin, v, u1 })) previous.text += textOf(code);
    else {
      // Some fonts' boxes are those of the drawn shape: what lies between it and the pen belongs to the glyph.
      const u0 = Math.min(from, to, origin);
      const unmapped = calls.FPDFText_HasUnicodeMapError(textPage, i) === 1;
      characters.push({ text: textOf(code), object, style, origin, v, u0, u1, gap, code: unmapped ? code : undefined });
    }
    gap = false;
  }
  return characters;
};

/**
 * Ends a character's box where its pen ended. PDFium's box holds the drawn shape too, which may reach over the next gap
 * where another font is drawn than the file names; a space that PDFium finds lies at the width that the file states. In
 * text that is written to the left it may come after another character.
 */
const narrow = (character: Character | undefined, width: number): void => {
  if (!character || !(width > 0) || isRightToLeft(character.text)) return;
  character.u1 = Math.min(character.u1, character.origin + width * character.style.stretch);
};

/** A character's code point; the second half of a surrogate pair is reported as 0. */
const readCode = ({ calls }: Pdfium, textPage: number, i: number): number => {
  const code = calls.FPDFText_GetUnicode(textPage, i) >>> 0;
  if (code === LINE_END_HYPHEN && calls.FPDFText_IsHyphen(textPage, i) === 1) return 0x2d;
  if (code >> 10 === 0x37) return 0;
  if (code >> 10 !== 0x36) return code;
  const low = calls.FPDFText_GetUnicode(textPage, i + 1) >>> 0;
  return low >> 10 === 0x37 ? ((code & 0x3ff) << 10) + (low & 0x3ff) + 0x10000 : 0;
};

/** In ems: PDFium reports the parts of a presentation form with boxes of their own. */
const SAME_BOX = 0.1;

const isSamePlace = (a: Character, b: Pick<Character, "origin" | "v" | "u1">): boolean =>
  a.origin === b.origin && a.v === b.v && Math.abs(a.u1 - b.u1) <= SAME_BOX * a.style.size && a.text !== " ";

const textOf = (code: number): string => {
  if (code >= SPACE && code < 0x7f) return String.fromCharCode(code);
  return code > 0x10ffff ? "" : clean(String.fromCodePoint(code));
};
