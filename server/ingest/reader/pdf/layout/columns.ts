import { leftwardness } from "../glyphs/letters.ts";
import type { Row, Segment } from "./rows.ts";

const BIN = 2;
const MIN_GUTTER = 6;
/** Columns beside columns beside columns: enough for newspapers. */
const MAX_DEPTH = 2;

type Extent = { u0: number; u1: number };

const extentOf = (rows: Row[]): Extent => {
  let [u0, u1] = [Infinity, -Infinity];
  for (const { segments } of rows)
    for (const segment of segments) {
      u0 = Math.min(u0, segment.u0);
      u1 = Math.max(u1, segment.u1);
    }
  return { u0, u1 };
};

/** How many segments cover each strip of `BIN` points between the two edges. */
const coverage = (rows: Row[], { u0, u1 }: Extent): Int32Array => {
  const bins = new Int32Array(Math.min(Math.ceil((u1 - u0) / BIN), 10_000) + 2);
  const at = (u: number) => Math.min(bins.length - 1, Math.max(0, Math.floor((u - u0) / BIN)));
  for (const { segments } of rows)
    for (const segment of segments) {
      bins[at(segment.u0)] = (bins[at(segment.u0)] ?? 0) + 1;
      const after = Math.min(bins.length - 1, at(segment.u1) + 1);
      bins[after] = (bins[after] ?? 0) - 1;
    }
  for (let i = 1; i < bins.length; i++) bins[i] = (bins[i] ?? 0) + (bins[i - 1] ?? 0);
  return bins;
};

/** The middle of the widest strip that the fewest segments cross, away from the edges. */
const findGutter = (rows: Row[]): number | undefined => {
  const extent = extentOf(rows);
  const bins = coverage(rows, extent);
  const [from, to] = [Math.floor(bins.length * 0.2), Math.ceil(bins.length * 0.8)];
  const fewest = Math.min(...bins.subarray(from, to));
  if (!(fewest <= rows.length * 0.35)) return;
  let best = { start: 0, length: 0 };
  for (let i = from; i < to; i++) {
    if (bins[i] !== fewest) continue;
    let end = i;
    while (end < to && bins[end] === fewest) end++;
    if (end - i > best.length) best = { start: i, length: end - i };
    i = end;
  }
  return best.length * BIN >= MIN_GUTTER ? extent.u0 + (best.start + best.length / 2) * BIN : undefined;
};

const side = (rows: Row[], belongs: (segment: Segment) => boolean): Row[] =>
  rows.map((row) => ({ ...row, segments: row.segments.filter(belongs) })).filter(({ segments }) => segments.length > 0);

/** Running text fills its column; the cells of a table do not. */
const isFilled = (rows: Row[], { u0, u1 }: Extent): boolean => {
  const shares = rows.map(({ segments }) => segments.reduce((sum, s) => sum + s.u1 - s.u0, 0) / (u1 - u0));
  return (shares.sort((a, b) => a - b)[shares.length >> 1] ?? 0) >= 0.55;
};

const splitBand = (band: Row[], gutter: number): [Row[], Row[]] | undefined => {
  const left = side(band, (segment) => segment.u1 <= gutter);
  const right = side(band, (segment) => segment.u0 >= gutter);
  if (left.length === 0 || right.length === 0 || left.length + right.length < 6) return;
  const { u0, u1 } = extentOf(band);
  const few = (rows: Row[]) => rows.length < 3;
  if (!few(left) && !isFilled(left, { u0, u1: gutter })) return;
  if (!few(right) && !isFilled(right, { u0: gutter, u1 })) return;
  return [left, right];
};

/** Enough rows to find the direction of a region. */
const SAMPLE_ROWS = 20;

const isRightToLeft = (rows: Row[]): boolean =>
  leftwardness(rows.slice(0, SAMPLE_ROWS).flatMap(({ segments }) => segments.flatMap(({ runs }) => runs))) > 0;

/** Stretches of rows that do not cross the gutter, each between rows that do. */
const toBands = (rows: Row[], gutter: number): Row[][] => {
  const bands: Row[][] = [];
  let crossing: boolean | undefined;
  for (const row of rows) {
    const crosses = row.segments.some(({ u0, u1 }) => u0 < gutter && u1 > gutter);
    if (crosses === crossing) bands.at(-1)?.push(row);
    else bands.push([row]);
    crossing = crosses;
  }
  return bands;
};

/**
 * Rows in reading order, as regions of one column each: a page is cut at the strip that is free of text, unless what
 * stands beside it looks like a table. Text above, between and below columns keeps its place.
 */
export const toRegions = (rows: Row[], depth = 0): Row[][] => {
  const gutter = depth < MAX_DEPTH && rows.length >= 4 ? findGutter(rows) : undefined;
  if (gutter === undefined) return [rows];
  const regions: Row[][] = [];
  let whole: Row[] = [];
  const flush = () => {
    if (whole.length > 0) regions.push(whole);
    whole = [];
  };
  for (const band of toBands(rows, gutter)) {
    const halves = splitBand(band, gutter);
    if (!halves) {
      whole.push(...band);
      continue;
    }
    flush();
    for (const half of isRightToLeft(band) ? halves.toReversed() : halves) regions.push(...toRegions(half, depth + 1));
  }
  flush();
  return regions;
};
