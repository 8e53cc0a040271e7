import { findFurniture } from "./furniture.ts";
import type { ReadLine, ReadPage } from "../layout/lines.ts";
import { pageNumberOf } from "./page-numbers.ts";

/** Text that all pages repeat counts as text from this many letters on. */
const STATEMENT_LETTERS = 15;
const MIN_DIGITS = 20;

type Keeps = (line: ReadLine, page: ReadPage) => boolean;

const without = (pages: ReadPage[], keeps: Keeps): ReadPage[] =>
  pages.map((page) => ({ ...page, lines: page.lines.filter((line) => keeps(line, page)) }));

const count = (page: ReadPage, what: RegExp) =>
  page.lines.reduce((sum, { start, end }) => sum + (page.text.slice(start, end).match(what)?.length ?? 0), 0);

const letters = (page: ReadPage) => count(page, /\p{L}/gu);
const digits = (page: ReadPage) => count(page, /\p{N}/gu);

const setAside = (page: ReadPage, asides: ReadonlySet<ReadLine>): ReadPage => ({
  ...page,
  lines: page.lines.map((line) => (asides.has(line) ? { ...line, aside: true } : line)),
});

/** A page's number and nothing else, also where too few pages count up. */
const isPageNumber: Keeps = ({ start, end, outer = [] }, { text, page }) =>
  pageNumberOf(text.slice(start, end), outer, page)?.rest === "";

/**
 * The pages without running headers and footers, of which the first occurrence stays as context; or undefined where
 * nothing is left to read: a scan on which page numbers or a scanner's name were stamped has no text. Where all that is
 * left out are whole sentences, they stay.
 */
export const bodyOf = (pages: ReadPage[]): ReadPage[] | undefined => {
  const { repeated, all } = findFurniture(pages);
  const own = without(pages, (line, page) => !all.has(line) && !isPageNumber(line, page));
  if (own.some((page) => letters(page) >= 1 || digits(page) >= MIN_DIGITS))
    return all.size > 0 ? without(pages, (line) => !repeated.has(line)).map((page) => setAside(page, all)) : pages;
  return pages.some((page) => letters(page) >= STATEMENT_LETTERS) ? pages : undefined;
};
