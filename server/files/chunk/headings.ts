import type { Paragraph, Usual } from "./paragraphs.ts";

/** Sorts headings: larger letters stand above smaller ones, "2" above "2.1". */
type Level = { size: number; depth: number };
type Heading = Level & { title: string };

const MAX_LINES = 3;
const MAX_CHARS = 150;
const MAX_WORDS = 14;
const TITLE_CHARS = 80;
const PATH_CHARS = 240;

const NUMBER =
  /^(?:(?:chapter|section|part|appendix|item|article|note|فصل|بخش)\s+)?(\d{1,2}(?:\.\d{1,2}){0,4}|[IVX]{1,5}|[A-Z])(?:[.:)]|\s)\s*\p{L}/iu;
const NUMBERED =
  /^(?:\d{1,2}(?:\.\d{1,2}){0,4}\.?\s+\p{Lu}|(?:chapter|section|part|appendix|item|article|note)\s+[\dIVXA-Z])/iu;
const STARTS_LOW = /^[^\p{L}]*\p{Ll}/u;
const ENDS_TEXT = /[.,;:!?،؛。，；]$/u;

const textOf = ({ lines }: Paragraph) => lines.map(({ text }) => text).join(" ");

/**
 * The heading that a paragraph is, if it is one: short, no sentence, and larger than the text around it or in a font
 * of its own (the parser does not tell which fonts are bold).
 */
export const headingOf = (paragraph: Paragraph, usual: Usual): Heading | undefined => {
  const [first] = paragraph.lines;
  if (!first || paragraph.row || paragraph.lines.length > MAX_LINES) return;
  const title = textOf(paragraph);
  if (title.length > MAX_CHARS || title.split(" ").length > MAX_WORDS || !/\p{L}{2}/u.test(title)) return;
  if (ENDS_TEXT.test(title) || STARTS_LOW.test(title)) return;
  const size = Math.round(first.size * 2) / 2;
  const larger = first.size >= 1.15 * usual.size;
  const ownFont = paragraph.lines.every(({ font }) => font !== usual.font) && first.size >= 0.97 * usual.size;
  if (!larger && !ownFont) return;
  const number = NUMBERED.test(title) ? NUMBER.exec(title)?.[1] : undefined;
  return { title, size, depth: number ? number.split(".").length : 1 };
};

const isAbove = (a: Level, b: Level) => a.size > b.size || (a.size === b.size && a.depth < b.depth);

/** Follows the headings through a document; `path` is where the last one stands, as "2 Results > 2.1 Yield". */
export const createOutline = () => {
  const open: Heading[] = [];
  return {
    enter: (heading: Heading) => {
      while (open.length > 0 && !isAbove(open.at(-1) ?? heading, heading)) open.pop();
      open.push(heading);
    },
    path: (): string | null => {
      const titles = open.map(({ title }) =>
        title.length > TITLE_CHARS ? `${title.slice(0, TITLE_CHARS - 1)}…` : title,
      );
      while (titles.join(" > ").length > PATH_CHARS && titles.length > 1) titles.shift();
      return titles.length > 0 ? titles.join(" > ") : null;
    },
  };
};
