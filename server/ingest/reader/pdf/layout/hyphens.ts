import { countTokens } from "../../../../tokens.ts";

/** As much of a line as joining needs. */
type Line = {
  text: string;
  cells: number;
  region: number;
  size: number;
  font: string;
  box: { y: number; height: number };
};

const HYPHENS = "-\u2010";
const LETTER_OR_DIGIT = /[\p{L}\p{N}]/u;
const SMALL = /\p{Ll}/u;
const GOES_ON = /[\p{Ll}\p{Lu}\p{N}]/u;
/** Of the size: texts of one size. */
const SAME_SIZE = 0.05;
/** Of a line's height, between two lines of one text. */
const MAX_LEADING = 1.5;
/** Longer "words" are no words. */
const MAX_WORD_CHARS = 60;

/** A word so common that the tokenizer knows it whole. */
const isCommon = (word: string) => countTokens(` ${word}`) === 1;

/** "long-" and "term" make "long-term", "rela-" and "tionship" one word: no list of words is needed to tell them apart. */
const isCompound = (left: string, right: string): boolean =>
  left.includes("-") || (isCommon(left) && isCommon(right) && countTokens(` ${left}${right}`) > 1);

const firstWord = (text: string) => text.slice(0, text.includes(" ") ? text.indexOf(" ") : text.length);
const lastWord = (text: string) => text.slice(text.lastIndexOf(" ") + 1);
const lettersOf = (word: string) => /^\p{L}*/u.exec(word)?.[0] ?? "";

const isSameSize = (a: Line, b: Line) => Math.abs(a.size - b.size) <= SAME_SIZE * a.size;
const isSameText = (a: Line, b: Line) => a.font === b.font && isSameSize(a, b);

/** Whether more than the leading of double-spaced text stands between two lines. */
const isApart = (above: Line, below: Line) =>
  below.box.y - above.box.y - above.box.height > MAX_LEADING * Math.max(above.box.height, below.box.height);

/** Whether a line is the next one of the same text in a column. */
const isNext = (upper: Line, lower: Line) =>
  upper.region === lower.region && isSameSize(upper, lower) && !isApart(upper, lower);

/** Whether a text may go on from the end of one column or page to the start of another. */
const goesOnIn = (upper: Line, lower: Line) => SMALL.test(lower.text.charAt(0)) && isSameText(upper, lower);

/** Two lines' texts with the word that a hyphen parts moved to the upper one; undefined where none is parted. */
const joined = (above: Line, below: Line): [string, string] | undefined => {
  if (above.cells > 1 || below.cells > 1) return;
  const { text: upper } = above;
  const { text: lower } = below;
  if (!HYPHENS.includes(upper.at(-1) ?? " ") || !GOES_ON.test(lower.charAt(0))) return;
  const left = lastWord(upper).slice(0, -1);
  const right = firstWord(lower);
  if (!LETTER_OR_DIGIT.test(left.at(-1) ?? "") || left.length + right.length > MAX_WORD_CHARS) return;
  const keeps = !SMALL.test(right.charAt(0)) || /\p{N}$/u.test(left) || isCompound(left, lettersOf(right));
  return [(keeps ? upper : upper.slice(0, -1)) + right, lower.slice(right.length + 1)];
};

/**
 * Lines in order, with words that a line's end parts made whole: they stand in the upper line. Cells of a table are left
 * alone; a line of which nothing is left goes.
 */
export const joinHyphens = <L extends Line>(lines: L[]): L[] => {
  const result: L[] = [];
  for (const line of lines) {
    const upper = result.at(-1);
    const texts = upper && (isNext(upper, line) || goesOnIn(upper, line)) ? joined(upper, line) : undefined;
    if (!texts) {
      result.push(line);
      continue;
    }
    result[result.length - 1] = { ...upper, text: texts[0] } as L;
    if (texts[1]) result.push({ ...line, text: texts[1] });
  }
  return result;
};

/** Headers, footers and notes that a column's last and first lines on two pages have between them. */
const MAX_BETWEEN = 8;

/** Whether a line of text has nothing after it on its page but what is set in another way or apart. */
const isLast = (line: Line, after: Line[]) => after.every((other) => !isSameText(line, other) || isApart(line, other));

const isFirst = (line: Line, before: Line[]) =>
  before.every((other) => !isSameText(line, other) || isApart(other, line));

/** The lines of two pages that follow each other, with the word whole that the page's end parts; undefined where none is. */
export const joinPages = <L extends Line>(upper: L[], lower: L[]): [upper: L[], lower: L[]] | undefined => {
  const last = upper.findLastIndex(
    ({ text }, i) => upper.length - i <= MAX_BETWEEN && HYPHENS.includes(text.at(-1) ?? " "),
  );
  const above = upper[last];
  if (!above || !isLast(above, upper.slice(last + 1))) return;
  const first = lower.findIndex((line, i) => i < MAX_BETWEEN && goesOnIn(above, line));
  const below = lower[first];
  const texts = below && isFirst(below, lower.slice(0, first)) ? joined(above, below) : undefined;
  if (!below || !texts) return;
  const rest = texts[1] ? [{ ...below, text: texts[1] }] : [];
  return [
    upper.with(last, { ...above, text: texts[0] }),
    [...lower.slice(0, first), ...rest, ...lower.slice(first + 1)],
  ];
};
