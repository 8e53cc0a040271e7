import type { Character } from "../../glyphs/characters.ts";
import { isRightToLeft } from "../../../../../text/direction.ts";
import { isSpace, leftwardness } from "../../glyphs/letters.ts";
import { joinMarks, middle } from "./marks.ts";
import { toRun, type Glyph, type Run } from "../runs.ts";

/** In ems: how far baselines of one line lie apart, from one to the next and in all. */
const NEXT_BASELINE = 0.35;
const ALL_BASELINES = 1;
/** In ems, for lines without spaces of their own: a wider gap is a space. */
const SPACE_GAP = 0.12;
/** Of the width of a line's own spaces: PDFium leaves some of them out. */
const SPACE_SHARE = 0.5;
/** Glyphs of which more than this part lies over each other are ordered by the file. */
const MAX_OVERLAP = 0.5;

const DIGIT = /^\p{Nd}/u;
const LETTER = /^\p{L}/u;
/** Between digits they belong to the number. */
const JOINS_DIGITS = /^[.,:/\u066B\u066C]$/u;

const LAM_ALEF = /^\u0644\p{M}*[\u0622\u0623\u0625\u0627\u0671]/u;
const BASE_AND_MARKS = /^\P{M}\p{M}+$/u;

/**
 * PDFium turns right-to-left text around, and with it the characters of one glyph, unless they come from a presentation
 * form, which it takes apart later: those begin with lam before alef, or with a letter before its marks.
 */
const orderGlyph = (text: string): string =>
  LAM_ALEF.test(text) || BASE_AND_MARKS.test(text) ? text : Array.from(text).reverse().join("");

/** The lines of a page by their baselines; each has its characters in the order of the file. */
const toLines = (characters: Character[]): Character[][] => {
  const lines: { first: number; last: number; members: Set<Character> }[] = [];
  for (const character of characters.toSorted((a, b) => a.v - b.v)) {
    const line = lines.at(-1);
    const { size } = character.style;
    if (line && character.v - line.last <= NEXT_BASELINE * size && character.v - line.first <= ALL_BASELINES * size) {
      line.members.add(character);
      line.last = character.v;
    } else lines.push({ first: character.v, last: character.v, members: new Set([character]) });
  }
  const lineOf = new Map(lines.flatMap(({ members }, i) => [...members].map((member) => [member, i] as const)));
  return [...Map.groupBy(characters, (character) => lineOf.get(character)).values()];
};

/** The part of the narrower of two glyphs that lies over the other. */
const overlap = (a: Character, b: Character) =>
  (Math.min(a.u1, b.u1) - Math.max(a.u0, b.u0)) / Math.max(1e-6, Math.min(a.u1 - a.u0, b.u1 - b.u0));

/** Whether most neighbours of the file follow each other to the right. */
const isForward = (line: Character[], counts: (a: Character, b: Character) => boolean): boolean => {
  let balance = 0;
  line.forEach((b, i) => {
    const a = line[i - 1];
    if (a && counts(a, b)) balance += middle(b) > middle(a) ? 1 : -1;
  });
  return balance > 0;
};

/** A line from left to right as it is seen. */
const toVisual = (line: Character[]): Character[] => {
  const places = new Map(line.map((character, i) => [character, i]));
  const isSame = (a: Character, b: Character) => a.object === b.object;
  const [within, between] = [isForward(line, isSame), isForward(line, (a, b) => !isSame(a, b))];
  const visual = line.toSorted((a, b) => middle(a) - middle(b));
  for (let i = 1; i < visual.length; i++) {
    const [a, b] = [visual[i - 1], visual[i]];
    if (!a || !b || isSpace(a.text) || isSpace(b.text) || overlap(a, b) <= MAX_OVERLAP) continue;
    const follows = (places.get(b) ?? 0) > (places.get(a) ?? 0);
    if (follows !== (isSame(a, b) ? within : between)) [visual[i - 1], visual[i]] = [b, a];
  }
  return visual;
};

type Kind = "right-to-left" | "latin" | "number" | "neutral";

const kindOf = ({ text }: Character): Kind => {
  if (isRightToLeft(text)) return "right-to-left";
  if (DIGIT.test(text)) return "number";
  return LETTER.test(text) ? "latin" : "neutral";
};

/** Whether a character goes on a piece of its word; `next` stands after it. */
const goesOn = (piece: Character[], character: Character, next: Character | undefined): boolean => {
  const [first, last] = [piece[0], piece.at(-1)];
  if (!first || !last) return false;
  const [kind, own] = [kindOf(first), kindOf(character)];
  if (kind === "number" && own === "neutral")
    return JOINS_DIGITS.test(character.text) && kindOf(last) === "number" && !!next && kindOf(next) === "number";
  return kind === own && kind !== "neutral";
};

const toGlyph = ({ text, u0, u1 }: Character): Glyph => ({ text, u0, u1 });

/** A stretch of one direction as a run that is read in its direction. */
const toPiece = (piece: Character[]): Run | undefined => {
  const [first] = piece;
  if (!first) return;
  const glyphs = (kindOf(first) === "right-to-left" ? piece.toReversed() : piece).map(toGlyph);
  return { ...toRun(glyphs, first), spaced: true };
};

const toBlank = (character: Character, { u0, u1 }: { u0: number; u1: number }): Run => ({
  ...toRun([{ text: " ", u0, u1 }], character),
  spaced: true,
});

/** The width of most spaces of a line. */
const spaceWidth = (line: Character[]): number => {
  const widths = line.filter(({ text }) => isSpace(text)).map(({ u0, u1 }) => u1 - u0);
  return widths.sort((a, b) => a - b)[widths.length >> 1] ?? 0;
};

/** The words of a line in pieces of one direction, with the spaces between them, from left to right. */
const toPieces = (line: Character[]): Run[] => {
  const runs: Run[] = [];
  let piece: Character[] = [];
  let previous: Character | undefined;
  const end = () => {
    const run = toPiece(piece);
    if (run) runs.push(run);
    piece = [];
  };
  const space = spaceWidth(line);
  line.forEach((character, i) => {
    if (isSpace(character.text)) {
      end();
      runs.push(toBlank(character, character));
      return;
    }
    const last = previous;
    const apart = last && character.u0 - last.u1 > Math.max(SPACE_SHARE * space, SPACE_GAP * character.style.size);
    if (apart || !goesOn(piece, character, line[i + 1])) end();
    if (apart) runs.push(toBlank(character, { u0: last.u1, u1: character.u0 }));
    if (character.text !== "") piece.push(character);
    previous = character;
  });
  end();
  return runs;
};

/** Parts a page into the lines that hold right-to-left letters and the characters of all others. */
export const partLines = (characters: Character[]): { lines: Character[][]; others: Character[] } => {
  if (!characters.some(({ text }) => isRightToLeft(text))) return { lines: [], others: characters };
  for (const character of characters)
    if (!character.ordered && character.text.length > 1 && isRightToLeft(character.text))
      character.text = orderGlyph(character.text);
  const lines = [...Map.groupBy(characters, ({ style }) => style.turn).values()].flatMap(toLines);
  // Numbers that stand alone are read as the page is.
  const mostly = leftwardness(characters) > 0;
  const taken = lines.filter(
    (line) => line.some(({ text }) => isRightToLeft(text)) || (mostly && !line.some(({ text }) => LETTER.test(text))),
  );
  const members = new Set(taken.flat());
  return { lines: taken, others: characters.filter((character) => !members.has(character)) };
};

/** Runs of a line that holds right-to-left letters, by where they are seen. */
export const toRightToLeftRuns = (line: Character[]): Run[] => toPieces(toVisual(joinMarks(line)));
