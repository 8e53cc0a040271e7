import type { PageLine, PageText } from "../document.ts";
import { toRegions } from "./columns.ts";
import { joinHyphens } from "./hyphens.ts";
import { lineGlyphs } from "./line-text.ts";
import { baseOf, type Base } from "./reading-order.ts";
import { toRows, type Row } from "./rows.ts";
import { toBox, type Turn } from "./frame.ts";
import type { Glyph, Run } from "./runs.ts";
import { setHeadersUpright } from "./turned-headers.ts";

/** A line with what tells headings, paragraphs and tables apart. */
export type ReadLine = PageLine & {
  /** Of most of its letters. */
  size: number;
  font: string;
  /** Stretches of text that a very wide gap parts; more than one may be a row of a table. */
  cells: number;
  /** The texts of its first and last cell, where it has several. */
  outer?: string[];
  /** Lines of one region stand under each other; counts from 0 on each page. */
  region: number;
  /** It stands outside the running text, which goes on after it. */
  aside?: boolean;
};

export type ReadPage = Omit<PageText, "lines"> & { lines: ReadLine[] };

/** In ems. */
const CELL_GAP = 1.5;

/** The runs of each cell, from left to right. */
const cellsOf = ({ segments }: Row): Run[][] => {
  const cells: Run[][] = [];
  segments.forEach((segment, i) => {
    const left = segments[i - 1];
    const isNew = !left || segment.u0 - left.u1 > CELL_GAP * Math.max(segment.size, left.size);
    if (isNew) cells.push([...segment.runs]);
    else cells.at(-1)?.push(...segment.runs);
  });
  return cells;
};

/** Font and size of most letters. */
const mainStyle = (runs: Run[]): { size: number; font: string } => {
  const weights = new Map<string, { size: number; font: string; letters: number }>();
  let main = { size: 0, font: "", letters: -1 };
  for (const { font, size, text } of runs) {
    const key = `${font} ${size}`;
    const style = weights.get(key) ?? { font, size, letters: 0 };
    style.letters += text.trim().length;
    weights.set(key, style);
    if (style.letters > main.letters) main = style;
  }
  return { size: main.size, font: main.font };
};

const runsOf = ({ segments }: Row): Run[] => segments.flatMap(({ runs }) => runs);

/** One space between words, none at the ends. */
const tidy = (glyphs: Glyph[]): Glyph[] => {
  const kept: Glyph[] = [];
  for (const glyph of glyphs) if (glyph.text.trim() || (kept.length > 0 && kept.at(-1)?.text !== " ")) kept.push(glyph);
  if (kept.at(-1)?.text === " ") kept.pop();
  return kept;
};

const toLine = (row: Row, turn: Turn, base: Base) => {
  const runs = runsOf(row);
  const u0 = Math.min(...row.segments.map((segment) => segment.u0));
  const u1 = Math.max(...row.segments.map((segment) => segment.u1));
  const box = toBox(turn, { u0, u1, top: row.top, bottom: row.bottom });
  const textOf = (part: Run[]) =>
    tidy(lineGlyphs(part, base))
      .map(({ text }) => text)
      .join("");
  const cells = cellsOf(row);
  const outer = cells.length > 1 ? { outer: [textOf(cells[0] ?? []), textOf(cells.at(-1) ?? [])] } : {};
  return { text: textOf(runs), box, cells: cells.length, ...outer, ...mainStyle(runs) };
};

/** The turns that occur, the one with most text first: what is written across the page comes last. */
const byTurn = (runs: Run[]): Run[][] =>
  [...Map.groupBy(runs, (run) => run.turn).values()].sort((a, b) => b.length - a.length);

/** Lines one under the other as one text, with their places in it. */
export const toText = (
  lines: Omit<ReadLine & { text: string }, "start" | "end">[],
): { text: string; lines: ReadLine[] } => {
  let start = 0;
  const placed = lines.map(({ text, ...line }) => {
    const from = start;
    start += text.length + 1;
    return { ...line, start: from, end: from + text.length };
  });
  return { text: lines.map(({ text }) => text).join("\n"), lines: placed };
};

/** The lines of a page in reading order, and its text: the lines joined by newlines. */
export const readLines = (runs: Run[]): { text: string; lines: ReadLine[] } => {
  const regions = byTurn(setHeadersUpright(runs)).flatMap((turned) =>
    toRegions(toRows(turned)).map((rows) => {
      const base = baseOf(rows.flatMap(runsOf));
      return rows.map((row) => toLine(row, turned[0]?.turn ?? 0, base));
    }),
  );
  const lines = regions.flatMap((region, i) => region.map((line) => ({ ...line, region: i })));
  return toText(joinHyphens(lines.filter(({ text }) => text)));
};
