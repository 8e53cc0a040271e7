import type { Character } from "./characters.ts";
import { isSpace } from "./letters.ts";

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

const nearest = (bases: Character[], mark: Character): Character | undefined => {
  let [best, least] = [bases[0], Infinity];
  for (const base of bases) {
    const far = distance(base, mark) * 1000 + Math.abs(middle(base) - middle(mark));
    if (far < least) [best, least] = [base, far];
  }
  return best;
};

/** Gives every mark that is a glyph of its own to the letter that it stands at. */
export const joinMarks = (line: Character[]): Character[] => {
  if (!line.some(({ text }) => MARK.test(text))) return line;
  const bases = line.filter(({ text }) => !MARK.test(text) && !isSpace(text));
  let at = 0;
  return line.filter((mark) => {
    if (mark === bases[at]) at++;
    if (!MARK.test(mark.text)) return true;
    const base = neighbourOf(mark, bases[at - 1], bases[at]) ?? nearest(bases, mark);
    if (base) base.text += mark.text;
    return false;
  });
};
