/** No text needs them: controls (PostgreSQL refuses NUL), direction and byte order marks, halves of characters. */
const USELESS =
  /(?![\t\n\v\f\r\u0085])\p{Cc}|[\u200E\u200F\u202A-\u202E\u2066-\u2069\uFEFF\uFFFE\uFFFF]|\p{Surrogate}/gu;

/**
 * Shapes of letters that stand for the letters: ligatures, Arabic and Hebrew presentation forms, Kangxi radicals, and the
 * forms of brackets and signs in vertical writing.
 */
const SHAPES = /[\u2F00-\u2FDF\uFB00-\uFB4F\uFB50-\uFDFF\uFE10-\uFE19\uFE30-\uFE44\uFE47\uFE48\uFE70-\uFEFC]/g;

/**
 * Old fonts of TeX have no map to letters; what their codes for ligatures, quotes and dashes (encodings T1 and OT1) come
 * out as means nothing in any other text.
 */
// oxlint-disable-next-line no-control-regex -- they are what is replaced
const TEX_CODES = /[\u0010-\u0016\u001B-\u001F]|[\u000B-\u000F](?=\p{Ll})/gu;
const TEX_LETTERS: Record<string, string> = Object.fromEntries(
  ["\u000Bff", "\u000Cfi", "\u000Dfl", "\u000Effi", "\u000Fffl", "\u0010“", "\u0011”", "\u0012„", "\u0013«", "\u0014»"]
    .concat(["\u0015–", "\u0016—", "\u001Bff", "\u001Cfi", "\u001Dfl", "\u001Effi", "\u001Fffl"])
    .map((pair) => [pair.charAt(0), pair.slice(1)]),
);

/** Letters instead of their shapes, and hyphens that are seen; superscripts, fractions and the like stay what they are. */
export const clean = (text: string): string =>
  text
    .replace(TEX_CODES, (code) => TEX_LETTERS[code] ?? "")
    .replace(USELESS, "")
    .replaceAll("\u00AD", "-")
    .replace(SHAPES, (shape) => shape.normalize("NFKC").trim());

/** The tatweel lengthens Arabic letters, and belongs to no script by itself. */
const RIGHT_TO_LEFT_LETTER =
  /[\u0640[[\p{Script=Hebrew}\p{Script=Arabic}\p{Script=Syriac}\p{Script=Thaana}\p{Script=Nko}]&&\p{L}]]/v;
const LETTER = /\p{L}/u;
const DIGIT = /\p{N}/u;
const IDEOGRAPH = /[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}\u3000-\u303F\uFF00-\uFFEF]/u;

/** The way a text is read: to the left, to the right, as a number (to the right, but weakly), or as its neighbours. */
export type Direction = "left" | "right" | "number" | "neutral";

/** Whether a text is a space; glyphs that stand for nothing are none. */
export const isSpace = (text: string): boolean => text === " " || (text !== "" && text.trim() === "");

/** Whether a text holds a letter, or a part of one, that is written to the left. */
export const isRightToLeft = (text: string): boolean => RIGHT_TO_LEFT_LETTER.test(text);

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
