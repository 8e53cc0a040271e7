import type { PdfDocument, PdfPage } from "./open.ts";
import { clean } from "./letters.ts";
import type { Run } from "./runs.ts";

/** What a form's field or a text note shows, line by line, in its rectangle of the page (as the file has it). */
export type Field = { lines: string[]; rect: [number, number, number, number]; size: number };

/** The parser's numbers for kinds of annotations. */
const KINDS = new Set([3, 20]);
/** Above any form; a file of more was made to be slow. */
const MAX_FIELDS = 20_000;
const USUAL_SIZE = 10;
/** Letters are half as wide as high, about. */
const LETTER_WIDTH = 0.5;
const LINE_HEIGHT = 1.25;
const FONT = "field";

type Viewport = ReturnType<PdfPage["getViewport"]>;

type Annotation = {
  pageIndex: number;
  rect: [number, number, number, number];
  hidden?: boolean;
  password?: boolean;
  fieldType?: string;
  /** What the appearance shows, where the parser could tell. */
  textContent?: string[];
  fieldValue?: string | string[] | null;
  options?: { exportValue: string; displayValue: string }[];
  defaultAppearanceData?: { fontSize?: number };
  checkBox?: boolean;
  exportValue?: string;
  radioButton?: boolean;
  buttonValue?: string | null;
};

const isChecked = ({ checkBox, radioButton, fieldValue, exportValue, buttonValue }: Annotation) =>
  fieldValue !== undefined &&
  fieldValue !== null &&
  ((checkBox && fieldValue === exportValue) || (radioButton && fieldValue === buttonValue));

const linesOf = (annotation: Annotation): string[] => {
  const { fieldType, textContent, fieldValue, options } = annotation;
  if (annotation.hidden || annotation.password) return [];
  if (fieldType === "Btn") return isChecked(annotation) ? ["✔"] : [];
  if (textContent) return textContent;
  const values = typeof fieldValue === "string" ? fieldValue.split(/\r\n?|\n/) : (fieldValue ?? []);
  return values.map((value) => options?.find((option) => option.exportValue === value)?.displayValue ?? value);
};

/** The texts of form fields and text notes by page, counted from 0: they are no part of a page's own text. */
export const readFields = async (document: PdfDocument): Promise<Map<number, Field[]>> => {
  const fields = new Map<number, Field[]>();
  const found = (await document.getAnnotationsByType(KINDS, new Set())) as Annotation[];
  for (const annotation of found.slice(0, MAX_FIELDS)) {
    const lines = linesOf(annotation).map((line) => clean(line).trim());
    if (!lines.some(Boolean)) continue;
    const size = annotation.defaultAppearanceData?.fontSize || USUAL_SIZE;
    const field = { lines, rect: annotation.rect, size };
    const others = fields.get(annotation.pageIndex);
    if (others) others.push(field);
    else fields.set(annotation.pageIndex, [field]);
  }
  return fields;
};

type Rectangle = { left: number; right: number; top: number; bottom: number };

/** Where a rectangle of the file stands on the page as it is shown. */
const toShown = ([x0, y0, x1, y1]: Field["rect"], { transform }: Viewport): Rectangle => {
  const [a = 1, b = 0, c = 0, d = 1, e = 0, f = 0] = transform;
  const xs = [a * x0 + c * y0 + e, a * x1 + c * y1 + e];
  const ys = [b * x0 + d * y0 + f, b * x1 + d * y1 + f];
  return { left: Math.min(...xs), right: Math.max(...xs), top: Math.min(...ys), bottom: Math.max(...ys) };
};

/** A field's lines from its upper edge down; a single one stands in the middle. */
export const placeFields = (fields: Field[], viewport: Viewport): Run[] =>
  fields.flatMap(({ lines, rect, size }) => {
    const { left, right, top, bottom } = toShown(rect, viewport);
    const height = Math.min((bottom - top) / lines.length, size * LINE_HEIGHT);
    const start = lines.length === 1 ? (top + bottom - height) / 2 : top;
    return lines.flatMap((text, i) => {
      const u1 = Math.min(right, left + text.length * LETTER_WIDTH * size);
      const [upper, lower] = [start + i * height, start + (i + 1) * height];
      return text ? [{ text, turn: 0, u0: left, u1, top: upper, bottom: lower, size, font: FONT }] : [];
    });
  });
