import { dropFurniture } from "./furniture.ts";
import type { ReadPage } from "./lines.ts";

/** A page that says the same as every other says something when it has this many letters. */
const STATEMENT_LETTERS = 15;

const count = (page: ReadPage, what: RegExp) =>
  page.lines.reduce((sum, { start, end }) => sum + (page.text.slice(start, end).match(what)?.length ?? 0), 0);

const letters = (page: ReadPage) => count(page, /\p{L}/gu);
const digits = (page: ReadPage) => count(page, /\p{N}/gu);

/**
 * The pages without running headers and footers, or undefined where nothing is left to read: a scan on which page
 * numbers or a scanner's name were stamped has no text. Where all that is left out are whole sentences, they stay.
 */
export const bodyOf = (pages: ReadPage[]): ReadPage[] | undefined => {
  const body = dropFurniture(pages);
  if (body.some((page) => letters(page) >= 1 || digits(page) >= 20)) return body;
  return pages.some((page) => letters(page) >= STATEMENT_LETTERS) ? pages : undefined;
};
