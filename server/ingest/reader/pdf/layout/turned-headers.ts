import { mapX, mapY, TO_FRAME, toBox, type Extent, type Turn } from "../frame.ts";
import { isIdeograph } from "../glyphs/letters.ts";
import { lineGlyphs } from "./line-text.ts";
import { baseOf } from "./bidi/reading-order.ts";
import { toRows, type Row } from "./rows.ts";
import type { Run } from "./runs.ts";

/** A line that is written across the others, in their frame. */
type Label = { runs: Run[]; extent: Extent; size: number };

/** In ems: how far below turned headers their columns begin. */
const MAX_DISTANCE = 4;
/** More are no table's columns. */
const MAX_LABELS = 100;
const HEADER_HEIGHT = 0.9;

const inFrame = (turn: Turn, from: Turn, extent: Extent): Extent => {
  const { x, y, width, height } = toBox(from, extent);
  const map = TO_FRAME[turn];
  const [us, vs] = [
    [mapX(map, x, y), mapX(map, x + width, y + height)],
    [mapY(map, x, y), mapY(map, x + width, y + height)],
  ];
  return { u0: Math.min(...us), u1: Math.max(...us), top: Math.min(...vs), bottom: Math.max(...vs) };
};

const toLabel = ({ segments, top, bottom }: Row, turn: Turn): Label => {
  const runs = segments.flatMap((segment) => segment.runs);
  const u0 = Math.min(...segments.map((segment) => segment.u0));
  const u1 = Math.max(...segments.map((segment) => segment.u1));
  const from = runs[0]?.turn ?? turn;
  return { runs, size: bottom - top, extent: inFrame(turn, from, { u0, u1, top, bottom }) };
};

const isBeside = ({ extent: a }: Label, { extent: b }: Label) =>
  Math.min(a.bottom, b.bottom) - Math.max(a.top, b.top) >= 0.5 * Math.min(a.bottom - a.top, b.bottom - b.top);

/** Labels that stand side by side, each group from left to right. */
const toGroups = (labels: Label[]): Label[][] => {
  const groups: Label[][] = [];
  for (const label of labels.sort((a, b) => a.extent.top - b.extent.top)) {
    const last = groups.at(-1);
    if (last?.[0] && isBeside(last[0], label)) last.push(label);
    else groups.push([label]);
  }
  return groups.map((group) => group.sort((a, b) => a.extent.u0 - b.extent.u0));
};

/** In ems: columns of vertical writing stand closer than those of a table. */
const VERTICAL_GAP = 1.5;

/** Whether most labels of a group stand as close as the columns of vertical writing. */
const isVerticalText = (group: Label[]): boolean => {
  const close = group.filter(({ runs, extent, size }, i) => {
    const left = group[i - 1];
    return left && isIdeograph(runs[0]?.text[0]) && extent.u0 - left.extent.u1 < VERTICAL_GAP * size;
  });
  return close.length * 2 >= group.length;
};

/** Whether most labels of a group stand over a column of the lines below. */
const isHeader = (group: Label[], upright: Run[]): boolean => {
  if (isVerticalText(group)) return false;
  const bottom = Math.max(...group.map(({ extent }) => extent.bottom));
  const over = group.filter(({ extent, size }) =>
    upright.some(
      ({ top, u0, u1 }) =>
        top >= bottom - size && top <= bottom + MAX_DISTANCE * size && u0 <= extent.u1 + size && u1 >= extent.u0 - size,
    ),
  );
  return over.length >= 2 && over.length * 2 >= group.length;
};

/** A label as a run of the upright lines, in one row with the others of its group. */
const toUpright = ({ runs, extent }: Label, turn: Turn, bottom: number): Run[] => {
  const [first] = runs;
  if (!first) return [];
  const text = lineGlyphs(runs, baseOf(runs))
    .map((glyph) => glyph.text)
    .join("");
  const { u0, u1 } = extent;
  return [
    {
      ...first,
      text,
      glyphs: [{ text, u0, u1 }],
      turn,
      u0,
      u1,
      top: bottom - HEADER_HEIGHT * first.size,
      bottom,
      fontTop: extent.top,
      fontBottom: extent.bottom,
    },
  ];
};

/** Headers of columns that are written across the rows of their table, as a row above these; other texts stay. */
export const setHeadersUpright = (runs: Run[]): Run[] => {
  const [main = [], ...others] = [...Map.groupBy(runs, ({ turn }) => turn).values()].sort(
    (a, b) => b.length - a.length,
  );
  const turn = main[0]?.turn ?? 0;
  const labels = others.flatMap((turned) => toRows(turned).map((row) => toLabel(row, turn)));
  if (labels.length < 2 || labels.length > MAX_LABELS) return runs;
  const headers = toGroups(labels).filter((group) => group.length > 1 && isHeader(group, main));
  if (headers.length === 0) return runs;
  const replaced = new Set(headers.flat());
  const upright = headers.flatMap((group) => {
    const bottom = Math.max(...group.map(({ extent }) => extent.bottom));
    return group.flatMap((label) => toUpright(label, turn, bottom));
  });
  const rest = labels.filter((label) => !replaced.has(label)).flatMap((label) => label.runs);
  return [...main, ...rest, ...upright];
};
