import type { ReadLine, ReadPage } from "../layout/lines.ts";
import { edgeLinesOf } from "./page-edges.ts";
import { pageNumberOf } from "./page-numbers.ts";

const MIN_PAGES = 4;
const MIN_REPEATS = 3;
/** In pages: left and right pages have headers of their own, and a chapter's first page has none. */
const MAX_STEP = 3;
/** In points: lines as far from the edge as each other stand in one slot of the layout. */
const TOLERANCE = 4;
/** How many pages a slot shows one text on average: where it changes more often it holds data. */
const PAGES_PER_TEXT = 4;

/** A line in a slot: `counted` is the same for lines that differ only by a number that counts up with the page. */
type Candidate = { line: ReadLine; page: number; text: string; counted: string; isNumber: boolean };
type KeyOf = (candidate: Candidate) => string;

/** Running headers and footers: `repeated` leaves out first occurrences that are more than a page number; `all` has them. */
export type Furniture = { repeated: ReadonlySet<ReadLine>; all: ReadonlySet<ReadLine> };

const toCandidate = (line: ReadLine, { page, text: pageText }: ReadPage): Candidate => {
  const text = pageText.slice(line.start, line.end);
  const number = pageNumberOf(text, line.outer ?? [], page);
  const counted = number ? [number.rest, number.form, number.value - page].join("\n") : text;
  return { line, page, text, counted, isNumber: number?.rest === "" };
};

/** The edges' lines by the slot of the layout in which they stand, each in the order of pages. */
const toSlots = (pages: ReadPage[]): Candidate[][] => {
  const slots: Candidate[][] = [];
  const edges = pages.flatMap((page) => edgeLinesOf(page).map((edge) => ({ ...edge, page })));
  for (const lines of Map.groupBy(edges, ({ edge }) => edge).values()) {
    let last = -Infinity;
    let beside = new Map<ReadPage, number>();
    let from = slots.length;
    for (const { line, page, distance } of lines.sort((a, b) => a.distance - b.distance)) {
      if (distance - last > TOLERANCE) [from, beside] = [slots.length, new Map()];
      last = distance;
      const at = beside.get(page) ?? 0;
      beside.set(page, at + 1);
      (slots[from + at] ??= []).push(toCandidate(line, page));
    }
  }
  return slots.map((slot) => slot.sort((a, b) => a.page - b.page));
};

/** How often the text changes from page to page, or from left page to left page where that is less often. */
const countChanges = (slot: Candidate[], keyOf: KeyOf): number => {
  const changes = (step: number) =>
    slot.slice(step).filter((candidate, i) => keyOf(candidate) !== keyOf(slot[i] ?? candidate)).length;
  return Math.min(changes(1), changes(2));
};

/** What lines have in common that show different values: a label, or the text around digits. */
const labelOf = (text: string): string => text.replace(/(?<=[:：]).*$/su, "").replace(/\p{N}+/gu, "#");

/** Stretches of pages on which a text repeats. */
const stretchesOf = (same: Candidate[]): Candidate[][] => {
  const stretches: Candidate[][] = [];
  for (const candidate of same) {
    const last = stretches.at(-1)?.at(-1);
    if (last && candidate.page - last.page <= MAX_STEP) stretches.at(-1)?.push(candidate);
    else stretches.push([candidate]);
  }
  return stretches.filter((stretch) => new Set(stretch.map(({ page }) => page)).size >= MIN_REPEATS);
};

const repeatedIn = (slot: Candidate[]): Candidate[][] => {
  const byText = countChanges(slot, ({ text }) => text);
  const byCount = countChanges(slot, ({ counted }) => counted);
  const keyOf: KeyOf = byCount < byText ? ({ counted }) => counted : ({ text }) => text;
  if (Math.min(byText, byCount) * PAGES_PER_TEXT > slot.length) return [];
  const groups = Map.groupBy(slot, keyOf);
  const labels = new Map<string, number>();
  for (const key of groups.keys()) labels.set(labelOf(key), (labels.get(labelOf(key)) ?? 0) + 1);
  return [...groups]
    .filter(([key, [first]]) => key !== first?.text || labels.get(labelOf(key)) === 1)
    .map(([, same]) => stretchesOf(same).flat())
    .filter(({ length }) => length > 0);
};

/**
 * Finds the lines outside the text block that repeat at one height, with the same text or with a number that counts up
 * with the page. Lines whose other numbers change are data.
 */
export const findFurniture = (pages: ReadPage[]): Furniture => {
  const [repeated, all] = [new Set<ReadLine>(), new Set<ReadLine>()];
  if (pages.length < MIN_PAGES) return { repeated, all };
  for (const slot of toSlots(pages))
    for (const same of repeatedIn(slot))
      same.forEach(({ line, isNumber }, i) => {
        all.add(line);
        if (i > 0 || isNumber) repeated.add(line);
      });
  return { repeated, all };
};
