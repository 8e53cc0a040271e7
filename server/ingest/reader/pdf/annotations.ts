import { readCharacters, type Character } from "./glyphs/characters.ts";
import { compose, mapX, mapY, type Affine } from "./frame.ts";
import { readFieldLines } from "./form-fields.ts";
import type { Pdfium } from "./instance.ts";
import { readPageFrame, type PageFrame } from "./page-frame.ts";
import { readFloats } from "./strings.ts";
import type { Run } from "./layout/runs.ts";

/** Numbers of fpdf_annot.h. */
const FREE_TEXT = 3;
const STAMP = 13;
const WIDGET = 20;
const HIDDEN_FLAGS = 0x02 | 0x20;
/** Above any form; a page of more was made to be slow. */
const MAX_ANNOTATIONS = 5_000;

const USUAL_SIZE = 10;
/** Letters are half as wide as high, about. */
const LETTER_WIDTH = 0.5;
const LINE_HEIGHT = 1.25;
const FONT = "field";

/** Left, top, right and bottom in the coordinates of the file. */
export type Rectangle = [left: number, top: number, right: number, bottom: number];

/** What a page shows beside its own content. */
type Annotations = {
  /** Values of form fields. */
  runs: Run[];
  /** Texts of signatures, stamps and text boxes as they are drawn. */
  characters: Character[];
};

const readRectangle = (pdfium: Pdfium, annotation: number): Rectangle | undefined =>
  pdfium.calls.FPDFAnnot_GetRect(annotation, pdfium.scratch) ? readFloats(pdfium, pdfium.scratch) : undefined;

/** A field's lines from its upper edge down; a single one stands in the middle. */
const placeLines = (lines: string[], [x0, y0, x1, y1]: Rectangle, { toShown }: PageFrame): Run[] => {
  const [xs, ys] = [mapX, mapY].map((map) => [map(toShown, x0, y0), map(toShown, x1, y1)]) as [number[], number[]];
  const [left, right] = [Math.min(...xs), Math.max(...xs)];
  const [top, bottom] = [Math.min(...ys), Math.max(...ys)];
  const height = Math.min((bottom - top) / lines.length, USUAL_SIZE * LINE_HEIGHT);
  const start = lines.length === 1 ? (top + bottom - height) / 2 : top;
  return lines.flatMap((text, i) => {
    const u1 = Math.min(right, left + text.length * LETTER_WIDTH * USUAL_SIZE);
    const [upper, lower] = [start + i * height, start + (i + 1) * height];
    if (!text) return [];
    const extent = { u0: left, u1, top: upper, bottom: lower, fontTop: upper, fontBottom: lower };
    return [{ text, glyphs: [{ text, u0: left, u1 }], turn: 0, ...extent, size: USUAL_SIZE, font: FONT }];
  });
};

/** The text of an annotation's appearance, moved and scaled to its rectangle. */
const readAppearance = (pdfium: Pdfium, annotation: number, frame: PageFrame): Character[] => {
  const { calls } = pdfium;
  const rectangle = readRectangle(pdfium, annotation);
  const document = rectangle ? calls.EPDFAnnot_ExportAppearanceAsDocument(annotation) : 0;
  if (!rectangle || document === 0) return [];
  const page = calls.FPDF_LoadPage(document, 0);
  const textPage = page === 0 ? 0 : calls.FPDFText_LoadPage(page);
  try {
    if (textPage === 0) return [];
    const [left, top, right, bottom] = rectangle;
    const own = readPageFrame(pdfium, page);
    const scaled = [(right - left) / (own.width || 1), (top - bottom) / (own.height || 1)] as const;
    const toPage: Affine = [scaled[0], 0, 0, scaled[1], left, bottom];
    return readCharacters(pdfium, textPage, { ...own, toShown: compose(toPage, frame.toShown) });
  } finally {
    if (textPage !== 0) calls.FPDFText_ClosePage(textPage);
    if (page !== 0) calls.FPDF_ClosePage(page);
    calls.FPDF_CloseDocument(document);
  }
};

/** Reads the texts of a page that are no part of its content: fields of a form, signatures, stamps and text boxes. */
export const readAnnotations = (
  pdfium: Pdfium,
  { form, page, frame }: { form: number; page: number; frame: PageFrame },
): Annotations => {
  const { calls } = pdfium;
  const found: Annotations = { runs: [], characters: [] };
  const count = Math.min(calls.FPDFPage_GetAnnotCount(page), MAX_ANNOTATIONS);
  for (let i = 0; i < count; i++) {
    const annotation = calls.FPDFPage_GetAnnot(page, i);
    if (annotation === 0) continue;
    const subtype = calls.FPDFAnnot_GetSubtype(annotation);
    const hidden = (calls.FPDFAnnot_GetFlags(annotation) & HIDDEN_FLAGS) !== 0;
    const lines = hidden || subtype !== WIDGET ? undefined : readFieldLines(pdfium, form, annotation);
    const rectangle = lines && readRectangle(pdfium, annotation);
    if (lines && rectangle) found.runs.push(...placeLines(lines, rectangle, frame));
    else if (!hidden && [FREE_TEXT, STAMP, WIDGET].includes(subtype))
      found.characters.push(...readAppearance(pdfium, annotation, frame));
    calls.FPDFPage_CloseAnnot(annotation);
  }
  return found;
};
