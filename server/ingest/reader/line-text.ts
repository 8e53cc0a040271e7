import { directionOf, isIdeograph, type Direction } from "./letters.ts";
import type { Run } from "./runs.ts";

/** In ems: wider gaps are spaces. Ideographs are set apart more loosely and have no spaces between them. */
const SPACE_GAP = 0.12;
const IDEOGRAPH_GAP = 0.5;

/** A run in its row; `at` is its place from the left, `gap` tells that a space stands to its left. */
type Placed = { run: Run; at: number; gap: boolean; direction: Direction };

const isGap = (left: Run, right: Run): boolean => {
  const between = (right.u0 - left.u1) / Math.max(left.size, right.size);
  const ideographs = isIdeograph(left.text.at(-1)) && isIdeograph(right.text.at(0));
  return between > (ideographs ? IDEOGRAPH_GAP : SPACE_GAP);
};

/** Drops runs that are only space, and notes where they were. */
const place = (runs: Run[]): Placed[] => {
  const placed: Placed[] = [];
  let blank = false;
  for (const run of runs) {
    if (!run.text.trim()) {
      blank = true;
      continue;
    }
    const left = placed.at(-1)?.run;
    const gap = left !== undefined && (blank || isGap(left, run));
    placed.push({ run, at: placed.length, gap, direction: directionOf(run.text) });
    blank = false;
  }
  return placed;
};

/** Reverses in place every stretch that `member` accepts from its first to its last `anchor`. */
const reverseStretches = (
  items: Placed[],
  anchor: (item: Placed) => boolean,
  joins: (last: Placed, item: Placed) => boolean,
): Placed[] => {
  const result: Placed[] = [];
  for (let i = 0; i < items.length; i++) {
    const first = items[i];
    if (!first) break;
    if (!anchor(first)) {
      result.push(first);
      continue;
    }
    let end = i;
    let last = first;
    for (let j = i + 1; j < items.length; j++) {
      const item = items[j];
      if (!item || !joins(last, item)) break;
      if (anchor(item)) [end, last] = [j, item];
    }
    result.push(...items.slice(i, end + 1).toReversed());
    i = end;
  }
  return result;
};

/** Right to left, with Latin words and numbers left to right; numbers that a space parts go on to the left. */
const fromRight = (placed: Placed[]): Placed[] => {
  const forward = (item: Placed) => item.direction === "right" || item.direction === "number";
  return reverseStretches(placed.toReversed(), forward, (last, item) => {
    if (item.direction === "left") return false;
    if (item.direction === "neutral") return true;
    const tight = last.at - item.at === 1 && !last.gap;
    return tight || last.direction === "right" || item.direction === "right";
  });
};

/** Left to right, with stretches of right-to-left words turned. */
const fromLeft = (placed: Placed[]): Placed[] =>
  reverseStretches(
    placed,
    (item) => item.direction === "left",
    (_, item) => item.direction !== "right",
  );

/** The order in which a row is read; the direction that most of its letters have is the row's. */
const readingOrder = (placed: Placed[], rightToLeft: boolean): Placed[] => {
  if (rightToLeft) return fromRight(placed);
  return placed.some(({ direction }) => direction === "left") ? fromLeft(placed) : placed;
};

/** Words of two scripts are two words, however tight they are set. */
const isScriptChange = (a: Direction, b: Direction) =>
  (a === "left" && b === "right") || (a === "right" && b === "left");

const isSpaced = (a: Placed, b: Placed): boolean => {
  if (isScriptChange(a.direction, b.direction)) return true;
  if (b.at - a.at === 1) return b.gap;
  if (a.at - b.at === 1) return a.gap;
  return true;
};

const BRACKETS = ["()", "[]", "{}", "«»"];

/**
 * Of brackets in right-to-left text most programs store the shape that is drawn, which is the other one's: a line in
 * which the first of a pair closes and the last one opens has them all the wrong way round.
 */
const turnBrackets = (text: string): string => {
  let turned = text;
  for (const [open = "", close = ""] of BRACKETS.map((pair) => Array.from(pair))) {
    const found = Array.from(turned).filter((letter) => letter === open || letter === close);
    if (found.at(0) !== close || found.at(-1) !== open) continue;
    turned = Array.from(turned, (letter) => (letter === open ? close : letter === close ? open : letter)).join("");
  }
  return turned;
};

const isRightToLeft = (placed: Placed[]): boolean => {
  let balance = 0;
  for (const { direction, run } of placed)
    balance += direction === "left" ? run.text.length : direction === "right" ? -run.text.length : 0;
  return balance > 0;
};

/** The text of runs that stand in one row, given from left to right, with one space where they are set apart, none before a vowel mark. */
export const lineText = (runs: Run[]): string => {
  const parts: string[] = [];
  const placed = place(runs);
  const rightToLeft = isRightToLeft(placed);
  let previous: Placed | undefined;
  for (const item of readingOrder(placed, rightToLeft)) {
    if (previous && isSpaced(previous, item)) parts.push(" ");
    parts.push(item.run.text);
    previous = item;
  }
  const text = parts
    .join("")
    .replace(/\s+/g, " ")
    .replace(/ (?=[\u064B-\u065F])/g, "")
    .trim();
  return rightToLeft ? turnBrackets(text) : text;
};
