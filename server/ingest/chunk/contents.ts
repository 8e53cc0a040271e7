import { titleKey } from "./headings.ts";
import type { DocumentLine } from "./paragraphs.ts";

type Entry = { line: DocumentLine; above: DocumentLine | undefined; keys: string[]; target: number; dotted: boolean };

const MIN_ENTRIES = 3;
const MAX_CHARS = 250;
const PAGE_CHARS = 12;
const PAGE = /[\s.·…_](\d{1,4})$/u;
const LEADER = " .·…_";
const MIN_DOTS = 4;
/** A title that stands on more pages leads nowhere. */
const MAX_PLACES = 20;

/** A title, a leader and a page's number; the title may begin on the line above. */
const entryOf = (line: DocumentLine, above: DocumentLine | undefined): Entry | undefined => {
  if (line.text.length > MAX_CHARS) return;
  const number = PAGE.exec(line.text.slice(-PAGE_CHARS))?.[1];
  if (number === undefined) return;
  let end = line.text.length - number.length;
  while (end > 0 && LEADER.includes(line.text.charAt(end - 1))) end--;
  const title = line.text.slice(0, end);
  const wrapped = above && above.text.length <= MAX_CHARS ? [titleKey(`${above.text} ${title}`)] : [];
  const keys = [titleKey(title), ...wrapped].filter((key) => key.length > 1);
  const dotted = line.text.length - number.length - end >= MIN_DOTS;
  return keys.length > 0 ? { line, above, keys, target: Number(number), dotted } : undefined;
};

/** The pages on which lines are the titles. */
const findTitles = (lines: DocumentLine[], titles: ReadonlySet<string>): Map<string, number[]> => {
  const places = new Map<string, number[]>();
  for (const { text, page } of lines) {
    const key = text.length <= MAX_CHARS ? titleKey(text) : "";
    if (!titles.has(key)) continue;
    const pages = places.get(key) ?? [];
    if (pages.length < MAX_PLACES) places.set(key, [...pages, page]);
  }
  return places;
};

/** How far the numbers of most entries are from the pages on which their titles stand. */
const offsetOf = (entries: Entry[], offsets: (entry: Entry) => Set<number>): number | undefined => {
  const votes = new Map<number, number>();
  for (const entry of entries) for (const offset of offsets(entry)) votes.set(offset, (votes.get(offset) ?? 0) + 1);
  const [best] = [...votes].sort(([, a], [, b]) => b - a);
  return best && best[1] >= MIN_ENTRIES ? best[0] : undefined;
};

/**
 * Finds a table of contents' entries: lines that end with a page's number, whose titles stand on these pages. A
 * search would find them instead of the sections.
 */
export const findContents = (lines: DocumentLine[]): ReadonlySet<DocumentLine> => {
  const entries = lines.flatMap((line, i) => entryOf(line, lines[i - 1]) ?? []);
  const found = new Set<DocumentLine>();
  if (entries.length < MIN_ENTRIES) return found;
  const places = findTitles(lines, new Set(entries.flatMap(({ keys }) => keys)));
  const placesOf = (key: string, { line }: Entry) => (places.get(key) ?? []).filter((page) => page > line.page);
  const offsets = (entry: Entry) =>
    new Set(entry.keys.flatMap((key) => placesOf(key, entry).map((page) => entry.target - page)));
  const offset = offsetOf(entries, offsets);
  if (offset === undefined) return found;
  const pages = new Set(entries.filter((entry) => offsets(entry).has(offset)).map(({ line }) => line.page));
  for (const entry of entries) {
    const { line, above, keys, target, dotted } = entry;
    const leads = (key: string) =>
      placesOf(key, entry).some((page) => target - page === offset || (dotted && pages.has(line.page)));
    const [own, wrapped] = keys;
    if (own !== undefined && leads(own)) found.add(line);
    else if (wrapped !== undefined && above && leads(wrapped)) found.add(line).add(above);
  }
  return found;
};
