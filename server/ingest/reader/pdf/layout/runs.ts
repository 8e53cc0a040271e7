import type { Character } from "../glyphs/characters.ts";
import type { Extent, Turn } from "../frame.ts";
import { isSpace } from "../glyphs/letters.ts";

/** A piece of a run's text in reading order, with its place along the line. */
export type Glyph = { text: string; u0: number; u1: number };

/** A text that is set in one go, in the frame of its turn. */
export type Run = Extent & {
  text: string;
  glyphs: Glyph[];
  turn: Turn;
  size: number;
  font: string;
  /** What a highlight covers across the line: from the ascent to the descent of its font. */
  fontTop: number;
  fontBottom: number;
  /** Its spaces are runs of their own: a gap beside another such run is none. */
  spaced?: boolean;
};

/** Of an em, above and below the baseline: loose boxes of fonts are so high that rows would merge. */
const ASCENT = 0.68;
export const DESCENT = 0.22;

/** In ems, measured on the documents of the tests: gaps that end a run, and gaps that are spaces. */
const BREAK_GAP = 0.6;
const BACKWARDS = 0.3;
const SPACE_GAP = 0.12;
const MARKED_GAP = 0.1;
const SPACE_GLYPH_GAP = 0.03;
/** Wider gaps do not count for the letter spacing of a run. */
const MAX_LETTER_GAP = 1.2;
const MIN_GAPS = 3;
/** Letters that stand closer are not set apart. */
const TIGHT_GAP = 0.02;
/** In ems: characters of one run have one baseline. */
const SAME_BASELINE = 0.05;

/** Makes a run of glyphs in reading order. */
export const toRun = (glyphs: Glyph[], { style: { font, size, turn, heights }, v }: Character): Run => ({
  text: glyphs.map(({ text }) => text).join(""),
  glyphs,
  turn,
  size,
  font,
  u0: glyphs.reduce((least, { u0 }) => Math.min(least, u0), Infinity),
  u1: glyphs.reduce((most, { u1 }) => Math.max(most, u1), -Infinity),
  top: v - ASCENT * size,
  bottom: v + DESCENT * size,
  fontTop: v - heights.ascent * size,
  fontBottom: v + heights.descent * size,
});

/** A character that is not a space, and how it stands to the one before it. */
type Placed = { character: Character; gap: number; space: boolean };

const isSameStyle = ({ style: a }: Character, { style: b }: Character) =>
  a === b || (a.font === b.font && a.turn === b.turn && Math.abs(a.size - b.size) < 0.02 * a.size);

/** Characters that follow each other forwards on one baseline in one style. */
function* stretches(characters: Character[]): Generator<Placed[]> {
  let stretch: Placed[] = [];
  let space = false;
  for (const character of characters) {
    if (isSpace(character.text)) {
      space = true;
      continue;
    }
    const previous = stretch.at(-1)?.character;
    const { size } = character.style;
    const gap = previous ? (character.origin - previous.u1) / size : 0;
    const goesOn =
      previous &&
      isSameStyle(previous, character) &&
      Math.abs(previous.v - character.v) <= SAME_BASELINE * size &&
      gap >= -BACKWARDS;
    if (previous && !goesOn) {
      yield stretch;
      stretch = [];
    }
    stretch.push({ character, gap, space });
    space = false;
  }
  if (stretch.length > 0) yield stretch;
}

/** The gap between letters that are set apart on purpose, without spaces between them; 0 where they are not. */
const letterSpacing = (stretch: Placed[]): number => {
  const between = stretch.filter(({ gap, space }, i) => i > 0 && !space && gap < MAX_LETTER_GAP);
  const tight = between.filter(({ gap }) => gap <= TIGHT_GAP);
  if (between.length < MIN_GAPS || tight.length * 2 > between.length) return 0;
  const gaps = between.map(({ gap }) => gap).sort((a, b) => a - b);
  return gaps[(gaps.length - 1) >> 1] ?? 0;
};

const isSetApart = ({ character, gap, space }: Placed, spacing: number): boolean =>
  gap > spacing + (character.gap ? MARKED_GAP : SPACE_GAP) || (space && gap > spacing + SPACE_GLYPH_GAP);

/** Runs of texts that are written from left to right, in the order of the file. */
export const toRuns = (characters: Character[]): Run[] => {
  const runs: Run[] = [];
  for (const stretch of stretches(characters)) {
    const spacing = letterSpacing(stretch);
    let glyphs: Glyph[] = [];
    let first = stretch[0]?.character;
    for (const placed of stretch) {
      const { character, gap } = placed;
      const last = glyphs.at(-1);
      if (last && first && gap > spacing + BREAK_GAP) {
        runs.push(toRun(glyphs, first));
        glyphs = [];
        first = character;
      } else if (last && isSetApart(placed, spacing)) glyphs.push({ text: " ", u0: last.u1, u1: character.origin });
      glyphs.push({ text: character.text, u0: character.origin, u1: character.u1 });
    }
    if (first && glyphs.length > 0) runs.push(toRun(glyphs, first));
  }
  return runs.filter(({ text }) => text !== "");
};
