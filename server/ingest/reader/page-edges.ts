import type { ReadLine, ReadPage } from "./lines.ts";

/** A line at the upper or lower edge of a page, outside the text block. */
export type EdgeLine = {
  line: ReadLine;
  edge: "top" | "bottom";
  /** From that edge of the page, in points. */
  distance: number;
};

const MAX_ROWS = 3;
/** Of the usual gap between rows, and the bounds of that in heights of a line: what sets a row apart. */
const WIDER = 1.3;
const MIN_GAP = 0.6;
const MAX_GAP = 2;

type Row = { lines: ReadLine[]; top: number; bottom: number };

/** Rows from top to bottom; lines that are written across the page are in none. */
const toRows = (lines: ReadLine[]): Row[] => {
  const rows: Row[] = [];
  const upright = lines.filter(({ box, size }) => box.height <= 2 * size);
  for (const line of upright.sort((a, b) => a.box.y - b.box.y || a.box.x - b.box.x)) {
    const { y, height } = line.box;
    const last = rows.at(-1);
    if (last && y + height / 2 < last.bottom) {
      last.lines.push(line);
      last.bottom = Math.max(last.bottom, y + height);
    } else rows.push({ lines: [line], top: y, bottom: y + height });
  }
  return rows;
};

const gapBelow = (rows: Row[], i: number) => (rows[i + 1]?.top ?? Infinity) - (rows[i]?.bottom ?? 0);

const usualGap = (rows: Row[]): number => {
  const gaps = rows
    .slice(1)
    .map((_, i) => gapBelow(rows, i))
    .sort((a, b) => a - b);
  return gaps[(gaps.length - 1) >> 1] ?? 0;
};

const isSetApart = (rows: Row[], i: number, usual: number): boolean => {
  const row = rows[i];
  if (!row) return false;
  const height = row.bottom - row.top;
  return gapBelow(rows, i) >= Math.min(Math.max(WIDER * usual, MIN_GAP * height), MAX_GAP * height);
};

/** How many of the first rows a wide gap parts from those below. */
const countTop = (rows: Row[], usual: number): number => {
  for (let count = Math.min(MAX_ROWS, rows.length - 1); count > 0; count--)
    if (isSetApart(rows, count - 1, usual)) return count;
  return 0;
};

const countBottom = (rows: Row[], from: number, usual: number): number => {
  for (let count = Math.min(MAX_ROWS, rows.length - from); count > 0; count--)
    if (rows.length > count && isSetApart(rows, rows.length - count - 1, usual)) return count;
  return 0;
};

/** The lines that stand above and below the text block of a page; all of a page that has hardly any. */
export const edgeLinesOf = ({ lines, height }: ReadPage): EdgeLine[] => {
  const rows = toRows(lines);
  const usual = usualGap(rows);
  const top = countTop(rows, usual);
  const bottom = rows.length - countBottom(rows, top, usual);
  return rows.flatMap((row, i) => {
    const upper = row.top + row.bottom < height;
    const isEdge = i < top || i >= bottom || rows.length < MAX_ROWS;
    if (!isEdge) return [];
    const edge = i < top || (i < bottom && upper) ? "top" : "bottom";
    const distance = edge === "top" ? row.top : height - row.bottom;
    return row.lines.map((line): EdgeLine => ({ line, edge, distance }));
  });
};
