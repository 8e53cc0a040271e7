import { turnBrackets } from "./bidi/brackets.ts";
import { directionOf, isIdeograph, type Direction } from "../glyphs/letters.ts";
import { baseOf, inReadingOrder, type Base } from "./bidi/reading-order.ts";
import type { Glyph, Run } from "./runs.ts";

/** In ems: wider gaps are spaces. Ideographs are set apart more loosely and have no spaces between them. */
const SPACE_GAP = 0.12;
const IDEOGRAPH_GAP = 0.5;

/** A run, or the space between two runs. */
type Item = { glyphs: Glyph[]; text: string; direction: Direction };

const isGap = (left: Run, right: Run): boolean => {
  const between = (right.u0 - left.u1) / Math.max(left.size, right.size);
  const ideographs = isIdeograph(left.text.at(-1)) && isIdeograph(right.text.at(0));
  return !(left.spaced && right.spaced) && between > (ideographs ? IDEOGRAPH_GAP : SPACE_GAP);
};

/** Words of two scripts are two words, however tight they are set. */
const isScriptChange = (a: Direction, b: Direction) =>
  (a === "left" && b === "right") || (a === "right" && b === "left");

const spaceBetween = (u0: number, u1: number): Item => ({
  glyphs: [{ text: " ", u0, u1 }],
  text: " ",
  direction: "neutral",
});

/** Runs from left to right with a space wherever they are set apart. */
const toItems = (runs: Run[]): Item[] => {
  const items: Item[] = [];
  let last: { run: Run; direction: Direction } | undefined;
  let blank = false;
  for (const run of runs) {
    if (!run.text.trim()) {
      blank = true;
      continue;
    }
    const direction = directionOf(run.text);
    if (last && (blank || isGap(last.run, run) || isScriptChange(last.direction, direction)))
      items.push(spaceBetween(last.run.u1, run.u0));
    items.push({ glyphs: run.glyphs, text: run.text, direction });
    last = { run, direction };
    blank = false;
  }
  return items;
};

/** A line is read as its region is, unless Latin words make it up and end it on both sides. */
const lineBase = (items: Item[], region: Base): Base => {
  const directions = items.map(({ direction }) => direction).filter((direction) => direction !== "neutral");
  if (!directions.includes("left")) return directions.includes("right") ? "left-to-right" : region;
  const own = baseOf(items);
  if (own !== "left-to-right") return own;
  return directions[0] === "right" && directions.at(-1) === "right" ? own : region;
};

/** The glyphs of runs that stand in one row, given from left to right, in the order in which they are read. */
export const lineGlyphs = (runs: Run[], region: Base): Glyph[] => {
  const items = toItems(runs);
  const base = lineBase(items, region);
  const glyphs = inReadingOrder(items, base).flatMap((item) => item.glyphs);
  return base === "left-to-right" ? glyphs : turnBrackets(glyphs);
};
