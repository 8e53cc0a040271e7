import type { ReadLine, ReadPage } from "../layout/lines.ts";

/** A line at the upper or lower edge of a page, outside the text block. */
export type EdgeLine = {
  line: ReadLine;
  edge: "top" | "bottom";
  /** From that edge of the page, in points. */
  distance: number;
};

const MAX_ROWS = 3;
/** A page of so few rows has no text block. */
const FEW_ROWS = 2;
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

const charsOf = ({ lines }: Row) => lines.reduce((sum, { start, end }) => sum + end - start, 0);

/** The first row of the text block and the first one below it: what has most text of all that wide gaps part. */
const findTextBlock = (rows: Row[]): [from: number, to: number] => {
  const usual = usualGap(rows);
  let best: [from: number, to: number] = [0, rows.length];
  let [from, chars, most] = [0, 0, 0];
  rows.forEach((row, i) => {
    chars += charsOf(row);
    if (i + 1 < rows.length && !isSetApart(rows, i, usual)) return;
    if (chars > most) [best, most] = [[from, i + 1], chars];
    [from, chars] = [i + 1, 0];
  });
  return best;
};

/** The lines that stand above and below the text block of a page; a page of single lines set apart has none. */
export const edgeLinesOf = ({ lines, height }: ReadPage): EdgeLine[] => {
  const rows = toRows(lines);
  const [from, to] = findTextBlock(rows);
  const [top, bottom] = [Math.min(from, MAX_ROWS), Math.max(to, rows.length - MAX_ROWS)];
  return rows.flatMap((row, i) => {
    const inBlock = i >= top && i < bottom;
    if (inBlock && (i < from || i >= to || to - from > 1) && rows.length > FEW_ROWS) return [];
    const upper = row.top + row.bottom < height;
    const edge = i < top || (i < bottom && upper) ? "top" : "bottom";
    const distance = edge === "top" ? row.top : height - row.bottom;
    return row.lines.map((line): EdgeLine => ({ line, edge, distance }));
  });
};
