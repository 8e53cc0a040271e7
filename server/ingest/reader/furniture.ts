import type { ReadLine, ReadPage } from "./lines.ts";

const LINES_PER_EDGE = 2;
const SHARE_OF_PAGES = 0.3;
const MIN_PAGES = 3;

/** A line that repeats is the same line though it counts pages. */
const mask = (text: string) => text.replace(/\p{N}+/gu, "#").toLowerCase();

/** The uppermost and lowermost lines of a page, each with what it is recognised by. */
const edges = ({ lines, text }: ReadPage): { line: ReadLine; key: string }[] => {
  const byHeight = lines.toSorted((a, b) => a.box.y - b.box.y);
  const key = (edge: string) => (line: ReadLine) => ({
    line,
    key: `${edge} ${mask(text.slice(line.start, line.end))}`,
  });
  return [
    ...byHeight.slice(0, LINES_PER_EDGE).map(key("top")),
    ...byHeight.slice(LINES_PER_EDGE).slice(-LINES_PER_EDGE).map(key("bottom")),
  ];
};

/**
 * Pages without running headers, footers and page numbers: lines at an edge that 30% of the pages share, digits aside.
 * The text stays whole; only lines are left out.
 */
export const dropFurniture = (pages: ReadPage[]): ReadPage[] => {
  const counts = new Map<string, number>();
  const candidates = pages.map(edges);
  for (const edge of candidates)
    for (const key of new Set(edge.map(({ key }) => key))) counts.set(key, (counts.get(key) ?? 0) + 1);
  const enough = Math.max(MIN_PAGES, pages.length * SHARE_OF_PAGES);
  return pages.map((page, i) => {
    const running = new Set(
      candidates[i]?.filter(({ key }) => (counts.get(key) ?? 0) >= enough).map(({ line }) => line),
    );
    return running.size > 0 ? { ...page, lines: page.lines.filter((line) => !running.has(line)) } : page;
  });
};
