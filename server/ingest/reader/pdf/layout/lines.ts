import type { PageLine, PageText } from "../../../document.ts";
import { toRegions } from "./columns.ts";
import { joinHyphens } from "./hyphens.ts";
import { lineGlyphs } from "./line-text.ts";
import { baseOf, type Base } from "./bidi/reading-order.ts";
import { toRows, type Row } from "./rows.ts";
import { toBox, type Turn } from "../frame.ts";
import { encodeWords } from "../../../../text/word-places.ts";
import type { Glyph, Run } from "./runs.ts";
import { setHeadersUpright } from "./turned-headers.ts";

/** A line with the features by which headings, paragraphs and tables are recognised. */
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

/** A run in the font and size of most letters. */
const mainRun = (runs: Run[]): Run | undefined => {
  const weights = new Map<string, { run: Run; letters: number }>();
  let main: { run: Run; letters: number } | undefined;
  for (const run of runs) {
    const key = `${run.font} ${run.size}`;
    const style = weights.get(key) ?? { run, letters: 0 };
    style.letters += run.text.trim().length;
    weights.set(key, style);
    if (!main || style.letters > main.letters) main = style;
  }
  return main?.run;
};

const runsOf = ({ segments }: Row): Run[] => segments.flatMap(({ runs }) => runs);

/** One space between words, none at the ends. */
const tidy = (glyphs: Glyph[]): Glyph[] => {
  const kept: Glyph[] = [];
  for (const glyph of glyphs) if (glyph.text.trim() || (kept.length > 0 && kept.at(-1)?.text !== " ")) kept.push(glyph);
  if (kept.at(-1)?.text === " ") kept.pop();
  return kept;
};

const textOf = (glyphs: Glyph[]) => glyphs.map(({ text }) => text).join("");

const toLine = (row: Row, turn: Turn, base: Base) => {
  const runs = runsOf(row);
  const u0 = Math.min(...row.segments.map((segment) => segment.u0));
  const u1 = Math.max(...row.segments.map((segment) => segment.u1));
  const extent = { u0, u1, top: row.top, bottom: row.bottom };
  const glyphsOf = (part: Run[]) => tidy(lineGlyphs(part, base));
  const glyphs = glyphsOf(runs);
  const text = textOf(glyphs);
  const { font = "", size = 0, fontTop = row.top, fontBottom = row.bottom } = mainRun(runs) ?? {};
  const words = encodeWords({ text, glyphs, turn, ...extent, fontTop, fontBottom });
  const cells = cellsOf(row);
  const ends = [cells[0] ?? [], cells.at(-1) ?? []];
  const outer = cells.length > 1 ? { outer: ends.map((cell) => textOf(glyphsOf(cell))) } : {};
  return { text, box: toBox(turn, extent), words, cells: cells.length, ...outer, font, size };
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
