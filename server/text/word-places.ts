import type { Box } from "../contract/files.ts";
import { isRightToLeft } from "./direction.ts";

/** Letters of the scripts that are written without spaces, and their brackets and signs. */
const IDEOGRAPHS =
  "\\u2E80-\\u2FFF\\u3005-\\u3007\\u3021-\\u3029\\u3031-\\u3035\\u3040-\\u30FA\\u30FC-\\u9FFF\\uF900-\\uFAFF" +
  "\\uFF10-\\uFF19\\uFF21-\\uFF3A\\uFF41-\\uFF5A\\uFF66-\\uFF9F\\u{20000}-\\u{3FFFF}";
const OPENING = "\\u3008\\u300A\\u300C\\u300E\\u3010\\u3014\\u3016\\u3018\\u301A\\uFF08\\uFF3B\\uFF5B\\uFF5F";
const WIDE = "\\u2E80-\\u9FFF\\uF900-\\uFAFF\\uFF00-\\uFFEF\\u{20000}-\\u{3FFFF}";
const SIGNS = `[[${WIDE}]--[\\s${IDEOGRAPHS}${OPENING}]]`;
const WORD = new RegExp(`[^\\s${WIDE}]+|(?:[${OPENING}]+[${IDEOGRAPHS}]*|[${IDEOGRAPHS}]+)${SIGNS}*|${SIGNS}+`, "gv");

const WIDE_LETTER = new RegExp(`[${WIDE}]`, "v");

type Word = { start: number; end: number };

const isBlank = (code: number) => code <= 0x20 || (code > 0x7f && /\s/.test(String.fromCharCode(code)));

const spacedWordsIn = (text: string): Word[] => {
  const words: Word[] = [];
  let start = 0;
  for (let at = 0; at <= text.length; at++) {
    if (at < text.length && !isBlank(text.charCodeAt(at))) continue;
    if (at > start) words.push({ start, end: at });
    start = at + 1;
  }
  return words;
};

/** The words of a line: what no space parts, and of scripts without spaces what no sign parts. */
export const wordsIn = (text: string): Word[] =>
  WIDE_LETTER.test(text)
    ? Array.from(text.matchAll(WORD), ({ 0: word, index }) => ({ start: index, end: index + word.length }))
    : spacedWordsIn(text);

/** A stretch along a line, in points from the left end of a text that is written to the right. */
export type Stretch = { u0: number; u1: number };

type Glyph = Stretch & { text: string };

/** The part of a word from one share of its letters to another. */
export const partOf = (text: string, { u0, u1 }: Stretch, from: number, to: number): Stretch => {
  const at = (share: number) => u0 + (u1 - u0) * share;
  return isRightToLeft(text) ? { u0: at(1 - to), u1: at(1 - from) } : { u0: at(from), u1: at(to) };
};

const placeWords = (text: string, glyphs: Glyph[]): Stretch[] => {
  const words = wordsIn(text).map(({ start, end }) => ({ start, end, u0: Infinity, u1: -Infinity }));
  let [first, at] = [0, 0];
  for (const glyph of glyphs) {
    const { length } = glyph.text;
    for (let i = first; i < words.length; i++) {
      const word = words[i];
      if (!word || word.start >= at + length) break;
      const [from, to] = [Math.max(0, word.start - at), Math.min(length, word.end - at)];
      const { u0, u1 } = to - from === length ? glyph : partOf(glyph.text, glyph, from / length, to / length);
      if (u0 < word.u0) word.u0 = u0;
      if (u1 > word.u1) word.u1 = u1;
      if (word.end <= at + length) first = i + 1;
    }
    at += length;
  }
  return words;
};

/** A line as it was read: `turn` counts quarter turns clockwise, `u0` and `u1` run with the text, the others across. */
type Line = {
  text: string;
  /** In reading order. */
  glyphs: Glyph[];
  turn: number;
  u0: number;
  u1: number;
  top: number;
  bottom: number;
  fontTop: number;
  fontBottom: number;
};

const FROM_THE_END = 4;
const tenths = (points: number) => Math.round(points * 10);

/**
 * The places of a line's words as they are stored, in tenths of a point: the line's turn, plus 4 where distances count
 * from its right end; how far a highlight reaches above and below the line's box; then for each word in reading order
 * its distance from the word before it and its width.
 */
export const encodeWords = ({ text, glyphs, turn, u0, u1, top, bottom, fontTop, fontBottom }: Line): number[] => {
  const words = placeWords(text, glyphs);
  const fromEnd = (words[0]?.u0 ?? 0) > (words.at(-1)?.u0 ?? 0);
  const code = [turn + (fromEnd ? FROM_THE_END : 0), tenths(top - fontTop), tenths(fontBottom - bottom)];
  let last = 0;
  for (const word of words) {
    const start = tenths(fromEnd ? u1 - word.u1 : word.u0 - u0);
    const end = tenths(fromEnd ? u1 - word.u0 : word.u1 - u0);
    code.push(start - last, end - start);
    last = end;
  }
  return code;
};

/** The places of a line's words in reading order. */
export type LineWords = {
  words: Stretch[];
  /** How high a highlight is. */
  height: number;
  toBox(stretch: Stretch): Box;
};

const turnBox = (turn: number, box: Box, above: number, below: number) => {
  const { x, y, width, height } = box;
  const across = (turn % 2 === 0 ? height : width) + above + below;
  return ({ u0, u1 }: Stretch): Box => {
    if (turn === 0) return { x: x + u0, y: y - above, width: u1 - u0, height: across };
    if (turn === 1) return { x: x - below, y: y + u0, width: across, height: u1 - u0 };
    return turn === 2
      ? { x: x + width - u1, y: y - below, width: u1 - u0, height: across }
      : { x: x - above, y: y + height - u1, width: across, height: u1 - u0 };
  };
};

/** Reads what `encodeWords` wrote about a line that lies in `box`. */
export const decodeWords = ([code = 0, above = 0, below = 0, ...places]: readonly number[], box: Box): LineWords => {
  const turn = code % FROM_THE_END;
  const [length, thickness] = turn % 2 === 0 ? [box.width, box.height] : [box.height, box.width];
  const words: Stretch[] = [];
  let last = 0;
  for (let i = 0; i + 1 < places.length; i += 2) {
    const start = last + (places[i] ?? 0) / 10;
    last = start + (places[i + 1] ?? 0) / 10;
    words.push(code >= FROM_THE_END ? { u0: length - last, u1: length - start } : { u0: start, u1: last });
  }
  const [over, under] = [above / 10, below / 10];
  return { words, height: thickness + over + under, toBox: turnBox(turn, box, over, under) };
};
