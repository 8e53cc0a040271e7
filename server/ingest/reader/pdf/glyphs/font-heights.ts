import type { Pdfium } from "../instance.ts";

/** How far a font's line box reaches above and below the baseline, in ems. */
export type FontHeights = { ascent: number; descent: number };

/** Some fonts give the height of capitals, or that of their tallest sign. */
const MIN_ASCENT = 0.85;
const MAX_ASCENT = 1.4;
const MIN_DESCENT = 0.2;
const MAX_DESCENT = 0.9;
/** Of glyphs that are drawings (Type 3), for which PDFium reports the em box: those of the usual fonts for CJK. */
const DRAWN: FontHeights = { ascent: 1.16, descent: 0.288 };
/** Browsers round a line box up to whole pixels. */
const ROUNDING = 0.02;

const between = (value: number, least: number, most: number) => Math.min(most, Math.max(least, value)) + ROUNDING;

/** Reads a font's ascent and descent. */
export const readFontHeights = (pdfium: Pdfium, font: number): FontHeights => {
  const { calls, scratch } = pdfium;
  if (calls.FPDFFont_GetBaseFontName(font, 0, 0) <= 1)
    return { ascent: DRAWN.ascent + ROUNDING, descent: DRAWN.descent + ROUNDING };
  const read = (call: (font: number, size: number, result: number) => number): number =>
    call(font, 1, scratch) ? pdfium.view.getFloat32(scratch, true) : 0;
  return {
    ascent: between(read(calls.FPDFFont_GetAscent), MIN_ASCENT, MAX_ASCENT),
    descent: between(-read(calls.FPDFFont_GetDescent), MIN_DESCENT, MAX_DESCENT),
  };
};
