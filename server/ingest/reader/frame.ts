import type { Box } from "../../contract/files.ts";

/** Which way a text runs on the page as it is shown: 0 to the right, then clockwise by quarter turns. */
export type Turn = 0 | 1 | 2 | 3;

/** A place in the frame of a text: `u` runs with the text, `v` from line to line. Points. */
export type Place = { u: number; v: number };

/** A rectangle in a frame. */
export type Extent = { u0: number; u1: number; top: number; bottom: number };

/** Where a point of the shown page lies in the frame of texts that run by `turn`. */
export const toFrame = (turn: Turn, x: number, y: number): Place => {
  if (turn === 0) return { u: x, v: y };
  if (turn === 1) return { u: y, v: -x };
  return turn === 2 ? { u: -x, v: -y } : { u: -y, v: x };
};

const round = (value: number) => Math.round(value * 100) / 100;

/** A rectangle of a frame as a box on the shown page. */
export const toBox = (turn: Turn, { u0, u1, top, bottom }: Extent): Box => {
  const [x, y] =
    turn === 0 ? [u0, top] : turn === 1 ? [-bottom, u0] : turn === 2 ? [-u1, -bottom] : ([top, -u1] as const);
  const [width, height] = turn % 2 === 0 ? [u1 - u0, bottom - top] : [bottom - top, u1 - u0];
  return { x: round(x), y: round(y), width: round(width), height: round(height) };
};
