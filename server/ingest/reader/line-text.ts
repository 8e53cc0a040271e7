import { turnBrackets } from "./brackets.ts";
import { directionOf, isIdeograph, type Direction } from "./letters.ts";
import { inReadingOrder } from "./reading-order.ts";
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

/** How many letters more are written to the left than to the right. */
export const leftwardness = (runs: readonly { text: string }[]): number => {
  let balance = 0;
  for (const { text } of runs) {
    const direction = directionOf(text);
    balance += direction === "right" ? -text.length : direction === "left" ? text.length : 0;
  }
  return balance;
};

/** A line is read from the right as its region is, unless Latin words make it up and end it on both sides. */
const isRightToLeft = (items: Item[], region: boolean): boolean => {
  const directions = items.map(({ direction }) => direction).filter((direction) => direction !== "neutral");
  if (!directions.includes("left")) return false;
  const own = leftwardness(items) > 0;
  return own || (region && !(directions[0] === "right" && directions.at(-1) === "right"));
};

/** The glyphs of runs that stand in one row, given from left to right, in the order in which they are read. */
export const lineGlyphs = (runs: Run[], regionRightToLeft: boolean): Glyph[] => {
  const items = toItems(runs);
  const rightToLeft = isRightToLeft(items, regionRightToLeft);
  const glyphs = inReadingOrder(items, rightToLeft).flatMap((item) => item.glyphs);
  return rightToLeft ? turnBrackets(glyphs) : glyphs;
};
