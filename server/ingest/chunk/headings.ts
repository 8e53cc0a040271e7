import { compose } from "../../text/marks.ts";
import type { Paragraph, Usual } from "./paragraphs.ts";

/** The bookmarks that a document brings along: how deep each title stands, by `titleKey`; 0 is the uppermost. */
export type Bookmarks = ReadonlyMap<string, number>;

/** Titles are the same whatever numbers stand before them, and however they are spaced. */
export const titleKey = (title: string): string =>
  compose(title, "NFKC")
    .toLowerCase()
    .replace(/^[\s\d.]{0,20}/u, "")
    .replace(/[^\p{L}\p{N}]/gu, "");

/** Sorts headings: larger letters stand above smaller ones, "2" above "2.1". */
type Level = { size: number; depth: number };
type Heading = Level & { title: string };

const MAX_LINES = 3;
const MAX_CHARS = 150;
const MAX_WORDS = 14;
const TITLE_CHARS = 80;
const PATH_CHARS = 240;
/** More do not fit a path. */
const MAX_TITLES = 60;
/** Bookmarks stand above all that only looks like a heading. */
const BOOKMARK_SIZE = 1_000_000;

const NUMBER =
  /^(?:(?:chapter|section|part|appendix|item|article|note|فصل|بخش)\s+)?(\d{1,2}(?:\.\d{1,2}){0,4}|[IVX]{1,5}|[A-Z])(?:[.:)]|\s)\s*\p{L}/iu;
const NUMBERED =
  /^(?:\d{1,2}(?:\.\d{1,2}){0,4}\.?\s+\p{Lu}|(?:chapter|section|part|appendix|item|article|note)\s+[\dIVXA-Z])/iu;
const STARTS_LOW = /^[^\p{L}]*\p{Ll}/u;
/** A label with its value: "Total due: $455.25". */
const HOLDS_VALUE = /[:：]\s*[\p{Sc}\s]*\p{N}[\p{N}\p{P}\p{Sc}\s]*$/u;
const ENDS_TEXT = /[.,;:!?،؛。，；]$/u;

const textOf = ({ lines }: Paragraph) => lines.map(({ text }) => text).join(" ");

/**
 * The heading that a paragraph is, if it is one: a bookmark's title; or short, no sentence, and larger than the text
 * around it or in a font of its own.
 */
export const headingOf = (paragraph: Paragraph, usual: Usual, bookmarks?: Bookmarks): Heading | undefined => {
  const [first] = paragraph.lines;
  if (!first || paragraph.row || paragraph.lines.length > MAX_LINES) return;
  const title = textOf(paragraph);
  if (title.length > MAX_CHARS || !/\p{L}{2}/u.test(title)) return;
  const bookmark = bookmarks?.get(titleKey(title));
  if (bookmark !== undefined) return { title, size: BOOKMARK_SIZE, depth: bookmark };
  if (title.split(" ").length > MAX_WORDS || ENDS_TEXT.test(title) || STARTS_LOW.test(title)) return;
  if (HOLDS_VALUE.test(title)) return;
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
      let path: string | null = null;
      for (const { title } of open.slice(-MAX_TITLES).toReversed()) {
        const short = title.length > TITLE_CHARS ? `${title.slice(0, TITLE_CHARS - 1)}…` : title;
        const longer: string = path === null ? short : `${short} > ${path}`;
        if (longer.length > PATH_CHARS) break;
        path = longer;
      }
      return path;
    },
  };
};
