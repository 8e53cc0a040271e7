import type { NewPage } from "../../db/index.ts";
import type { Box } from "../contract/files.ts";
import { isRightToLeft } from "../text/direction.ts";
import { decodeWords, partOf, wordsIn, type LineWords, type Stretch } from "../text/word-places.ts";

/** Of the height of a line: words that lie further apart are marked apart, as the cells of a table. */
const MAX_GAP = 2;

type StoredLine = NewPage["lines"][number];

/** A word of a line with the part of it that is quoted. */
type Word = Stretch & { quoted?: Stretch };
type QuotedLine = Omit<LineWords, "words"> & { words: Word[] };

/** The places of a piece of a page's text: for each of its lines the boxes of the quoted words. */
export const boxesOf = ({ text, lines }: Pick<NewPage, "text" | "lines">, start: number, end: number): Box[] => {
  const reachesOver = (i: number): boolean => {
    const [from, to] = lines[i - 1] ?? [0, 0];
    const last = wordsIn(text.slice(from, to)).at(-1);
    return last !== undefined && from + last.start < end && from + last.end > start;
  };
  return lines.flatMap((line, i) => {
    const [from, to] = line;
    const touched = from < end && to > start;
    if (!touched && !(from >= end && i > 0 && reachesOver(i))) return [];
    const words = quoteWords(line, text.slice(from, to), {
      start: start - from,
      end: end - from,
      over: () => reachesOver(i),
    });
    if (words) return joinWords(words);
    return touched ? [partOfLine(line, text.slice(from, to), start - from, end - from)] : [];
  });
};

type Part = { start: number; end: number; over: () => boolean };

/**
 * The words of a line with the quoted parts; undefined where their places are not stored. Places of more words than the
 * line's text has are those of words that a hyphen parted: their text stands in the line above.
 */
const quoteWords = (line: StoredLine, text: string, { start, end, over }: Part): QuotedLine | undefined => {
  const [, , x, y, width, height, code] = line;
  if (!code) return;
  const placed = decodeWords(code, { x, y, width, height });
  const own = wordsIn(text);
  const moved = placed.words.length - own.length;
  if (moved < 0) return;
  const words: Word[] = placed.words.map((word, i) => {
    const { start: first, end: last } = own[i - moved] ?? { start: 0, end: 0 };
    if (i < moved) return over() ? { ...word, quoted: word } : word;
    const [from, to] = [Math.max(first, start), Math.min(last, end)];
    if (from >= to) return word;
    const length = last - first;
    return { ...word, quoted: partOf(text.slice(first, last), word, (from - first) / length, (to - first) / length) };
  });
  return { ...placed, words };
};

const round = (points: number) => Math.round(points * 100) / 100;

const rounded = ({ x, y, width, height }: Box): Box => ({
  x: round(x),
  y: round(y),
  width: round(width),
  height: round(height),
});

/** Quoted words side by side make one box. */
const joinWords = ({ words, height, toBox }: QuotedLine): Box[] => {
  const boxes: Stretch[] = [];
  let goesOn = false;
  for (const { u0, u1, quoted } of words.toSorted((a, b) => a.u0 - b.u0)) {
    const last = boxes.at(-1);
    if (last && quoted && goesOn && quoted.u0 === u0 && u0 - last.u1 <= MAX_GAP * height)
      last.u1 = Math.max(last.u1, quoted.u1);
    else if (quoted) boxes.push({ ...quoted });
    goesOn = quoted?.u1 === u1;
  }
  return boxes.map(toBox).map(rounded);
};

/** Part of a line of which only the box is stored, by its share of the line's letters. */
const partOfLine = ([, , x, y, width, height]: StoredLine, text: string, start: number, end: number): Box => {
  if (isRightToLeft(text)) return { x, y, width, height };
  const length = Math.max(1, text.length);
  const [from, to] = [Math.max(0, start) / length, Math.min(text.length, end) / length];
  return { x: x + width * from, y, width: width * (to - from), height };
};
