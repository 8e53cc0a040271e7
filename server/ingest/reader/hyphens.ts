import { countTokens } from "../../tokens.ts";

/** As much of a line as joining needs. */
type Line = { text: string; cells: number; region: number };

const HYPHENS = "-\u2010";
const LETTER_OR_DIGIT = /[\p{L}\p{N}]/u;
const SMALL = /\p{Ll}/u;
const GOES_ON = /[\p{Ll}\p{Lu}\p{N}]/u;
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

/** Two lines' texts with the word that a hyphen parts moved to the upper one; undefined where none is parted. */
const joined = (upper: string, lower: string): [string, string] | undefined => {
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
    const besides = !upper || upper.region !== line.region || upper.cells > 1 || line.cells > 1;
    const texts = besides ? undefined : joined(upper.text, line.text);
    if (!texts) {
      result.push(line);
      continue;
    }
    result[result.length - 1] = { ...upper, text: texts[0] } as L;
    if (texts[1]) result.push({ ...line, text: texts[1] });
  }
  return result;
};
