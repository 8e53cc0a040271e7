import { isRightToLeft } from "../../../../text/direction.ts";

/** No text needs them: controls (PostgreSQL refuses NUL), direction and byte order marks, halves of characters. */
const USELESS =
  /(?![\t\n\v\f\r\u0085])\p{Cc}|[\u200E\u200F\u202A-\u202E\u2066-\u2069\uFEFF\uFFFE\uFFFF]|\p{Surrogate}/gu;

/**
 * Shapes of letters that stand for the letters: ligatures, Arabic and Hebrew presentation forms, Kangxi radicals, and the
 * forms of brackets and signs in vertical writing.
 */
const SHAPES = /[\u2F00-\u2FDF\uFB00-\uFB4F\uFB50-\uFDFF\uFE10-\uFE19\uFE30-\uFE44\uFE47\uFE48\uFE70-\uFEFC]/g;

/** Letters instead of their shapes, and hyphens that are seen; superscripts, fractions and the like stay what they are. */
export const clean = (text: string): string =>
  text
    .replace(USELESS, "")
    .replaceAll("\u00AD", "-")
    .replace(SHAPES, (shape) => shape.normalize("NFKC").trim());

const LETTER = /\p{L}/u;
const DIGIT = /\p{N}/u;
const IDEOGRAPH = /[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}\u3000-\u303F\uFF00-\uFFEF]/u;

/** The way a text is read: to the left, to the right, as a number (to the right, but weakly), or as its neighbours. */
export type Direction = "left" | "right" | "number" | "neutral";

/** Whether a text is a space; glyphs that stand for nothing are none. */
export const isSpace = (text: string): boolean => text === " " || (text !== "" && text.trim() === "");

export const directionOf = (text: string): Direction => {
  for (const letter of text) {
    if (DIGIT.test(letter)) continue;
    if (isRightToLeft(letter)) return "left";
    if (LETTER.test(letter)) return "right";
  }
  return DIGIT.test(text) ? "number" : "neutral";
};

export const isIdeograph = (letter: string | undefined): boolean => letter !== undefined && IDEOGRAPH.test(letter);

/** How many letters more are written to the left than to the right. */
export const leftwardness = (runs: readonly { text: string }[]): number => {
  let balance = 0;
  for (const { text } of runs) {
    const direction = directionOf(text);
    balance += direction === "right" ? -text.length : direction === "left" ? text.length : 0;
  }
  return balance;
};
