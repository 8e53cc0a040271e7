import type { Pdfium } from "./instance.ts";
import type { Turn } from "./frame.ts";

/** Leads from the coordinates of a page as the file has them to the page as it is shown: points from the upper left. */
export type PageFrame = {
  width: number;
  height: number;
  /** Clockwise quarter turns between the two. */
  turn: Turn;
  toShown(x: number, y: number): [x: number, y: number];
};

/** Reads a page's visible box and its rotation. */
export const readPageFrame = ({ calls, view, scratch }: Pdfium, page: number): PageFrame => {
  calls.FPDF_GetPageBoundingBox(page, scratch);
  const [left, top, right, bottom] = [0, 4, 8, 12].map((at) => view.getFloat32(scratch + at, true)) as [
    number,
    number,
    number,
    number,
  ];
  const turn = (calls.FPDFPage_GetRotation(page) & 3) as Turn;
  const [width, height] = [right - left, top - bottom];
  const toShown = (x: number, y: number): [number, number] => {
    if (turn === 0) return [x - left, top - y];
    if (turn === 1) return [y - bottom, x - left];
    return turn === 2 ? [right - x, y - bottom] : [top - y, right - x];
  };
  return turn % 2 === 0 ? { width, height, turn, toShown } : { width: height, height: width, turn, toShown };
};
