import type { Box } from "../../../contract/files.ts";

/** Which way a text runs on the page as it is shown: 0 to the right, then clockwise by quarter turns. */
export type Turn = 0 | 1 | 2 | 3;

/** A rectangle in the frame of a text, where `u` runs with the text and `v` from line to line. Points. */
export type Extent = { u0: number; u1: number; top: number; bottom: number };

/** An affine map as PDF writes it: x' = ax + cy + e, y' = bx + dy + f. */
export type Affine = readonly [a: number, b: number, c: number, d: number, e: number, f: number];

export const mapX = ([a, , c, , e]: Affine, x: number, y: number): number => a * x + c * y + e;
export const mapY = ([, b, , d, , f]: Affine, x: number, y: number): number => b * x + d * y + f;

/** The map that applies `first` and then `second`. */
export const compose = (first: Affine, second: Affine): Affine => {
  const [a, b, c, d, e, f] = first;
  const [p, q, r, s, t, u] = second;
  return [a * p + b * r, a * q + b * s, c * p + d * r, c * q + d * s, e * p + f * r + t, e * q + f * s + u];
};

/** From the page as it is shown to the frame of texts that run by a turn. */
export const TO_FRAME: Record<Turn, Affine> = {
  0: [1, 0, 0, 1, 0, 0],
  1: [0, -1, 1, 0, 0, 0],
  2: [-1, 0, 0, -1, 0, 0],
  3: [0, 1, -1, 0, 0, 0],
};

const round = (value: number) => Math.round(value * 100) / 100;

/** A rectangle of a frame as a box on the shown page. */
export const toBox = (turn: Turn, { u0, u1, top, bottom }: Extent): Box => {
  const [x, y] =
    turn === 0 ? [u0, top] : turn === 1 ? [-bottom, u0] : turn === 2 ? [-u1, -bottom] : ([top, -u1] as const);
  const [width, height] = turn % 2 === 0 ? [u1 - u0, bottom - top] : [bottom - top, u1 - u0];
  return { x: round(x), y: round(y), width: round(width), height: round(height) };
};
