import { toFrame } from "./frame.ts";
import type { Pdfium } from "./instance.ts";
import { clean } from "./letters.ts";
import type { PageFrame } from "./page-frame.ts";
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
  /** The part of the box that was reported last. */
  slice: [from: number, to: number];
};

/** In points. */
const SLICE_ERROR = 0.05;

const SPACE = 0x20;

/** The characters of a page in the order of the file, spaces too; what lies outside the page is left out. */
export const readCharacters = (pdfium: Pdfium, textPage: number, frame: PageFrame): Character[] => {
  const { calls, scratch } = pdfium;
  const styleOf = createStyles(pdfium, textPage, frame);
  const characters: Character[] = [];
  const count = calls.FPDFText_CountChars(textPage);
  let gap = false;
  for (let i = 0; i < count; i++) {
    const object = calls.FPDFText_GetTextObject(textPage, i);
    const code = calls.FPDFText_GetUnicode(textPage, i);
    calls.FPDFText_GetLooseCharBox(textPage, i, scratch);
    let view = pdfium.view;
    const [left, top, right, bottom] = [
      view.getFloat32(scratch, true),
      view.getFloat32(scratch + 4, true),
      view.getFloat32(scratch + 8, true),
      view.getFloat32(scratch + 12, true),
    ];
    if (object === 0 || (code === SPACE && left === right)) {
      gap = true;
      continue;
    }
    const style = styleOf(object, i);
    calls.FPDFText_GetCharOrigin(textPage, i, scratch, scratch + 8);
    view = pdfium.view;
    const [x, y] = frame.toShown(view.getFloat64(scratch, true), view.getFloat64(scratch + 8, true));
    const [x0, y0] = frame.toShown(left, top);
    const [x1, y1] = frame.toShown(right, bottom);
    if (!isShown(frame, [x0, y0, x1, y1])) continue;
    const { u: origin, v } = toFrame(style.turn, x, y);
    const [from, to] = [toFrame(style.turn, x0, y0).u, toFrame(style.turn, x1, y1).u];
    // Boxes are those of the drawn shape in some fonts: what lies between it and the pen belongs to the glyph.
    const [u0, u1] = [Math.min(from, to), Math.max(from, to)];
    const previous = characters.at(-1);
    // One glyph that stands for several characters is reported once for each of them.
    if (previous?.object === object && previous.origin === origin && previous.v === v && isSlice(previous, u0, u1)) {
      previous.text += textOf(code);
      previous.u0 = Math.min(previous.u0, u0);
      previous.u1 = Math.max(previous.u1, u1);
      previous.slice = [u0, u1];
    } // Some fonts' boxes are those of the drawn shape: what lies between it and the pen belongs to the glyph.
    else
      characters.push({
        text: textOf(code),
        object,
        style,
        origin,
        v,
        u0: Math.min(u0, origin),
        u1,
        gap,
        slice: [u0, u1],
      });
    gap = false;
  }
  return characters;
};

/** Whether a box is as wide as the last part of a glyph and stands beside it: PDFium parts it by its characters. */
const isSlice = ({ slice: [from, to] }: Character, u0: number, u1: number): boolean =>
  (Math.abs(from - u1) < SLICE_ERROR || Math.abs(to - u0) < SLICE_ERROR) &&
  Math.abs(to - from - (u1 - u0)) < SLICE_ERROR;

const textOf = (code: number): string => {
  if (code >= SPACE && code < 0x7f) return String.fromCharCode(code);
  return code > 0x10ffff ? "" : clean(String.fromCodePoint(code));
};

const isShown = ({ width, height }: PageFrame, [x0, y0, x1, y1]: [number, number, number, number]) =>
  Math.min(x0, x1) < width && Math.max(x0, x1) > 0 && Math.min(y0, y1) < height && Math.max(y0, y1) > 0;
