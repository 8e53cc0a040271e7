import type { Affine } from "./frame.ts";
import type { Pdfium } from "./instance.ts";
import { readFloats } from "./strings.ts";

/** The visible part of a page in the coordinates of the file, and the way from there to the page as it is shown. */
export type PageFrame = {
  visible: { left: number; top: number; right: number; bottom: number };
  /** Of the shown page, whose coordinates are points from the upper left. */
  width: number;
  height: number;
  toShown: Affine;
};

/** Reads a page's visible box and its rotation. */
export const readPageFrame = (pdfium: Pdfium, page: number): PageFrame => {
  const { calls, scratch } = pdfium;
  calls.FPDF_GetPageBoundingBox(page, scratch);
  const [left, top, right, bottom] = readFloats(pdfium, scratch);
  const [width, height] = [right - left, top - bottom];
  const turn = calls.FPDFPage_GetRotation(page) & 3;
  const visible = { left, top, right, bottom };
  if (turn === 0) return { visible, width, height, toShown: [1, 0, 0, -1, -left, top] };
  if (turn === 2) return { visible, width, height, toShown: [-1, 0, 0, 1, right, -bottom] };
  const turned = { visible, width: height, height: width };
  return turn === 1
    ? { ...turned, toShown: [0, 1, 1, 0, -bottom, -left] }
    : { ...turned, toShown: [0, -1, -1, 0, top, right] };
};
