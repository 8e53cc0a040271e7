import type { Character } from "../../glyphs/characters.ts";
import { isSpace } from "../../glyphs/letters.ts";

const MARK = /^\p{M}+$/u;

/** The middle of a glyph along its line. */
export const middle = ({ u0, u1 }: { u0: number; u1: number }): number => (u0 + u1) / 2;

const distance = (base: Character, mark: Character): number =>
  Math.max(0, base.u0 - middle(mark), middle(mark) - base.u1);

/**
 * The letter beside a mark in its object, which is drawn from left to right or in the order of reading: there a mark
 * precedes its letter, here it follows it.
 */
const neighbourOf = (mark: Character, before: Character | undefined, after: Character | undefined) => {
  const [previous, next] = [before, after].map((base) => (base?.object === mark.object ? base : undefined));
  if (!previous || !next) return previous ?? next;
  return next.origin > previous.origin ? next : previous;
};

/** Of letters around a mark, as many on each side are compared. */
const AROUND = 3;

/** The letter that a mark stands at, of letters in the order of their middles. */
const nearest = (sorted: Character[], mark: Character): Character | undefined => {
  let [from, to] = [0, sorted.length];
  while (from < to) {
    const half = (from + to) >> 1;
    if (middle(sorted[half] ?? mark) < middle(mark)) from = half + 1;
    else to = half;
  }
  let [best, least] = [sorted[from], Infinity];
  for (const base of sorted.slice(Math.max(0, from - AROUND), from + AROUND)) {
    const far = distance(base, mark) * 1000 + Math.abs(middle(base) - middle(mark));
    if (far < least) [best, least] = [base, far];
  }
  return best;
};

/** Gives every mark that is a glyph of its own to the letter that it stands at. */
export const joinMarks = (line: Character[]): Character[] => {
  if (!line.some(({ text }) => MARK.test(text))) return line;
  const bases = line.filter(({ text }) => !MARK.test(text) && !isSpace(text));
  const sorted = bases.toSorted((a, b) => middle(a) - middle(b));
  let at = 0;
  return line.filter((mark) => {
    if (mark === bases[at]) at++;
    if (!MARK.test(mark.text)) return true;
    const base = neighbourOf(mark, bases[at - 1], bases[at]) ?? nearest(sorted, mark);
    if (base) base.text += mark.text;
    return false;
  });
};
