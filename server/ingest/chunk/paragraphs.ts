import type { Span } from "../document.ts";
import type { ReadLine, ReadPage } from "../reader/pdf/layout/lines.ts";

export type DocumentLine = ReadLine & { page: number; text: string };

/** Lines that belong together; `row` is one row of a table. */
export type Paragraph = { lines: DocumentLine[]; row: boolean };

/** What most of a document looks like, in points. */
export type Usual = { size: number; font: string; lineHeight: number };

/** Sentences are looked for in one paragraph at a time, so none may grow without end. */
const MAX_CHARS = 20_000;
/** Of the median line height (measured on annual reports). */
const PARAGRAPH_GAP = 0.9;

const BULLET = /^(?:[•◦▪●■‣⁃–—*·-]|\(?(?:\d{1,3}|[a-z]|[ivx]{1,4})[.)])\s/iu;
const ENDS_SENTENCE = /[.!?…:;。！？؟۔]["'”’»)\]]*$/u;

/** The body's lines in order, each with its text. */
export const toLines = (pages: ReadPage[]): DocumentLine[] =>
  pages.flatMap(({ page, text, lines }) =>
    lines.map((line) => ({ ...line, page, text: text.slice(line.start, line.end) })),
  );

const heaviest = <K>(weights: Map<K, number>, none: K): K => {
  let [best, most] = [none, 0];
  for (const [key, weight] of weights) if (weight > most) [best, most] = [key, weight];
  return best;
};

export const usualOf = (lines: DocumentLine[]): Usual => {
  const sizes = new Map<number, number>();
  const fonts = new Map<string, number>();
  for (const { size, font, text } of lines) {
    const rounded = Math.round(size * 2) / 2;
    sizes.set(rounded, (sizes.get(rounded) ?? 0) + text.length);
    fonts.set(font, (fonts.get(font) ?? 0) + text.length);
  }
  const heights = lines.map(({ box }) => box.height).sort((a, b) => a - b);
  return { size: heaviest(sizes, 10), font: heaviest(fonts, ""), lineHeight: heights[heights.length >> 1] ?? 12 };
};

const isSameSize = (a: DocumentLine, b: DocumentLine) => Math.abs(a.size - b.size) <= 0.08 * Math.max(a.size, b.size);

/** Whether a paragraph ends between two lines that follow each other. */
export const isBreak = (above: DocumentLine, below: DocumentLine, { lineHeight }: Usual): boolean => {
  if (!isSameSize(above, below) || above.aside !== below.aside || BULLET.test(below.text)) return true;
  const ended = ENDS_SENTENCE.test(above.text);
  if (above.page !== below.page || above.region !== below.region) return ended;
  const gap = below.box.y - (above.box.y + above.box.height);
  if (gap > PARAGRAPH_GAP * lineHeight) return true;
  const short = above.box.width < 0.7 * below.box.width || below.box.width < 0.7 * above.box.width;
  return above.font !== below.font && (ended || short);
};

/** A line of several cells with another such line beside it. */
const isRow = (line: DocumentLine, ...neighbours: (DocumentLine | undefined)[]): boolean =>
  line.cells > 1 && neighbours.some((other) => other !== undefined && other.page === line.page && other.cells > 1);

/** Paragraphs over the whole document: a page's end does not end a sentence. Each row of a table is its own. */
export const toParagraphs = (lines: DocumentLine[], usual: Usual): Paragraph[] => {
  const paragraphs: Paragraph[] = [];
  let chars = 0;
  lines.forEach((line, i) => {
    const above = lines[i - 1];
    const row = isRow(line, above, lines[i + 1]);
    const current = paragraphs.at(-1);
    const breaks = !above || !current || row || current.row || chars > MAX_CHARS || isBreak(above, line, usual);
    if (breaks) {
      paragraphs.push({ lines: [line], row });
      chars = line.text.length;
    } else {
      current.lines.push(line);
      chars += line.text.length;
    }
  });
  return paragraphs;
};

/** Spans joined where one goes on where the other ends, over one space or newline at most. */
export const mergeSpans = (spans: Span[]): Span[] => {
  const merged: Span[] = [];
  for (const span of spans) {
    const last = merged.at(-1);
    if (last && last.page === span.page && span.start >= last.end && span.start - last.end <= 1) last.end = span.end;
    else merged.push({ ...span });
  }
  return merged;
};
