import type { PageFrame } from "../page-frame.ts";
import { compose, mapX, mapY, TO_FRAME, type Affine, type Turn } from "../frame.ts";
import { readFontHeights, type FontHeights } from "./font-heights.ts";
import type { Pdfium } from "../instance.ts";
import { readBytes, readFloats } from "../strings.ts";

/** What the characters of a text object have in common. */
export type Style = {
  /** The font's name, by which it is known on all pages, and as the file has it. */
  font: string;
  baseFont: string;
  /** One em, in points. */
  size: number;
  /** One unit of the text's own space along the line, in points. */
  stretch: number;
  turn: Turn;
  /** From the page as the file has it to the frame of this turn. */
  toFrame: Affine;
  /** It is set neither level nor upright. */
  slanted: boolean;
  /** How far a highlight reaches above and below the baseline, in ems. */
  heights: FontHeights;
};

/** Six capitals and a plus sign name the subset of a font, which may differ from page to page. */
const SUBSET = /^[A-Z]{6}\+/;

/** In quarter turns: scans are not quite level. */
const MAX_SLANT = 0.12;

/** Styles by text object; `at` is the number of a character that the object draws. */
export const createStyles = (pdfium: Pdfium, textPage: number, { toShown }: PageFrame) => {
  const { calls, scratch } = pdfium;
  const styles = new Map<number, Style>();
  const fonts = new Map<number, Pick<Style, "font" | "baseFont" | "heights">>();
  const fontOf = (object: number) => {
    const address = calls.FPDFTextObj_GetFont(object);
    let font = fonts.get(address);
    if (!font) {
      const bytes = readBytes(pdfium, (buffer, length) => calls.FPDFFont_GetBaseFontName(address, buffer, length));
      const baseFont = Buffer.from(bytes).toString("utf8").replace(/\0+$/, "");
      font = { font: baseFont.replace(SUBSET, ""), baseFont, heights: readFontHeights(pdfium, address) };
      fonts.set(address, font);
    }
    return font;
  };
  const read = (object: number, at: number): Style => {
    calls.FPDFText_GetMatrix(textPage, at, scratch);
    const [a, b, c, d] = readFloats(pdfium, scratch);
    const [dx, dy] = [mapX(toShown, a, b) - mapX(toShown, 0, 0), mapY(toShown, a, b) - mapY(toShown, 0, 0)];
    const turns = (Math.atan2(dy, dx) * 2) / Math.PI;
    const slanted = Math.abs(turns - Math.round(turns)) > MAX_SLANT;
    const turn = slanted ? 0 : (((Math.round(turns) + 4) % 4) as Turn);
    const size = Math.abs(calls.FPDFText_GetFontSize(textPage, at)) * (Math.hypot(c, d) || Math.hypot(a, b));
    const stretch = Math.hypot(dx, dy);
    return { ...fontOf(object), size: size || 1, stretch, turn, slanted, toFrame: compose(toShown, TO_FRAME[turn]) };
  };
  return (object: number, at: number): Style => {
    let style = styles.get(object);
    if (!style) styles.set(object, (style = read(object, at)));
    return style;
  };
};
