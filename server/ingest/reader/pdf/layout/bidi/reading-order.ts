import { leftwardness, type Direction } from "../../glyphs/letters.ts";

/** Something of a line that is read in one direction; the items of a line come from left to right as they are seen. */
type Item = { text: string; direction: Direction };

/** Whether what stands between two items is read with them; `right` stands further to the right. */
type Bridges<I> = (right: I, between: I[], left: I) => boolean;

/** Reverses in place every stretch of items that `isAnchor` accepts, and what bridges the gaps between them. */
const reverseStretches = <I extends Item>(items: I[], isAnchor: (item: I) => boolean, bridges: Bridges<I>): I[] => {
  const result: I[] = [];
  let stretch: I[] = [];
  let between: I[] = [];
  const end = () => {
    result.push(...stretch.toReversed(), ...between);
    [stretch, between] = [[], []];
  };
  for (const item of items) {
    const last = stretch.at(-1);
    if (isAnchor(item)) {
      if (last && bridges(last, between, item)) stretch.push(...between);
      else end();
      between = [];
      stretch.push(item);
    } else if (last && item.direction === "neutral") between.push(item);
    else {
      end();
      result.push(item);
    }
  }
  end();
  return result;
};

/** What joins two numbers to one, unless they follow Arabic letters (UAX #9, W4 to W7). */
const JOINS_NUMBERS = /^[-+]$/;

/** From right to left, with Latin words and numbers from left to right. */
const fromRight = <I extends Item>(items: I[], arabic: boolean): I[] => {
  const isForward = ({ direction }: I) => direction === "right" || direction === "number";
  return reverseStretches(items.toReversed(), isForward, (right, between, left) => {
    if (right.direction !== "number" || left.direction !== "number" || between.length === 0) return true;
    return between.length === 1 && !arabic && JOINS_NUMBERS.test(between[0]?.text ?? "");
  });
};

/** From left to right, with stretches of right-to-left words turned; a number between two of them is part of them. */
const fromLeft = <I extends Item>(items: I[]): I[] => {
  const weak = items.map((item) =>
    item.direction === "number" ? { item, direction: "neutral" as const } : { item, direction: item.direction },
  );
  return reverseStretches(
    weak.map(({ item, direction }) => ({ item, text: item.text, direction })),
    ({ direction }) => direction === "left",
    () => true,
  ).map(({ item }) => item);
};

/** How a line is read as a whole: numbers behave in Arabic text otherwise than in Hebrew. */
export type Base = "left-to-right" | "arabic" | "hebrew";

const ARABIC = /[\p{Script=Arabic}\p{Script=Syriac}\p{Script=Thaana}]/u;

/** The base of a region by its letters. */
export const baseOf = (texts: readonly { text: string }[]): Base => {
  if (leftwardness(texts) <= 0) return "left-to-right";
  return texts.some(({ text }) => ARABIC.test(text)) ? "arabic" : "hebrew";
};

/** The order in which a line is read whose items are given from left to right (after UAX #9, without levels). */
export const inReadingOrder = <I extends Item>(items: I[], base: Base): I[] => {
  if (base !== "left-to-right") return fromRight(items, base === "arabic");
  return items.some(({ direction }) => direction === "left") ? fromLeft(items) : items;
};
