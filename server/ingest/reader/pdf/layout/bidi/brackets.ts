import type { Glyph } from "../runs.ts";

const PAIRS = ["()", "[]", "{}", "«»"];
const OPENING = new Map(PAIRS.map((pair) => [pair.charAt(1), pair.charAt(0)]));
const CLOSING = new Map(PAIRS.map((pair) => [pair.charAt(0), pair.charAt(1)]));

const SPACE = /^\s*$/;
const ENDS = /^[\s.,;:!?،؛؟۔]*$/u;

/**
 * Turns brackets of a right-to-left line, given in reading order, to the side where they belong: files hold the shape
 * that is drawn or the other one, and PDFium turns some of them. A bracket opens after a space and closes before one; one
 * that stands between letters closes what is open.
 */
export const turnBrackets = (glyphs: Glyph[]): Glyph[] => {
  const open = new Map<string, number>();
  return glyphs.map((glyph, i) => {
    const opening = OPENING.get(glyph.text) ?? (CLOSING.has(glyph.text) ? glyph.text : undefined);
    if (opening === undefined) return glyph;
    const after = SPACE.test(glyphs[i - 1]?.text ?? "");
    const before = ENDS.test(glyphs[i + 1]?.text ?? "");
    const depth = open.get(opening) ?? 0;
    const opens = after === before ? depth === 0 && glyph.text === opening : after;
    open.set(opening, Math.max(0, depth + (opens ? 1 : -1)));
    return { ...glyph, text: opens ? opening : (CLOSING.get(opening) ?? glyph.text) };
  });
};
