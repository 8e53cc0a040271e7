import type { PageLine, PageText } from "../document.ts";
import { toRegions } from "./columns.ts";
import { lineText } from "./line-text.ts";
import { toRows, type Row } from "./rows.ts";
import { toBox, type Run, type Turn } from "./runs.ts";

/** A line with what tells headings, paragraphs and tables apart. */
export type ReadLine = PageLine & {
  /** Of most of its letters. */
  size: number;
  font: string;
  /** Stretches of text that a very wide gap parts; more than one may be a row of a table. */
  cells: number;
  /** Lines of one region stand under each other; counts from 0 on each page. */
  region: number;
};

export type ReadPage = Omit<PageText, "lines"> & { lines: ReadLine[] };

/** In ems. */
const CELL_GAP = 1.5;

const countCells = ({ segments }: Row): number =>
  segments.filter((segment, i) => {
    const left = segments[i - 1];
    return !left || segment.u0 - left.u1 > CELL_GAP * Math.max(segment.size, left.size);
  }).length;

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

const toLine = (row: Row, turn: Turn) => {
  const runs = row.segments.flatMap((segment) => segment.runs);
  const u0 = Math.min(...row.segments.map((segment) => segment.u0));
  const u1 = Math.max(...row.segments.map((segment) => segment.u1));
  const box = toBox(turn, { u0, u1, top: row.top, bottom: row.bottom });
  return { text: lineText(runs), box, cells: countCells(row), ...mainStyle(runs) };
};

/** The turns that occur, the one with most text first: what is written across the page comes last. */
const byTurn = (runs: Run[]): Run[][] =>
  [...Map.groupBy(runs, (run) => run.turn).values()].sort((a, b) => b.length - a.length);

/** The lines of a page in reading order, and its text: the lines joined by newlines. */
export const readLines = (runs: Run[]): { text: string; lines: ReadLine[] } => {
  const lines: ReadLine[] = [];
  const texts: string[] = [];
  let start = 0;
  let region = 0;
  for (const turned of byTurn(runs)) {
    for (const rows of toRegions(toRows(turned))) {
      for (const row of rows) {
        const { text, ...rest } = toLine(row, turned[0]?.turn ?? 0);
        if (!text) continue;
        lines.push({ start, end: start + text.length, region, ...rest });
        texts.push(text);
        start += text.length + 1;
      }
      region++;
    }
  }
  return { text: texts.join("\n"), lines };
};
