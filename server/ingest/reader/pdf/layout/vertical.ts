import type { Character } from "../glyphs/characters.ts";
import type { Turn } from "../frame.ts";
import { isIdeograph } from "../glyphs/letters.ts";
import type { Style } from "../glyphs/styles.ts";

/** In ems: how far the middles of two glyphs of a column lie apart, and how far the next one stands below. */
const SAME_COLUMN = 0.3;
const MIN_PITCH = 0.4;
const MAX_PITCH = 1.35;
/** So many glyphs of their own objects under each other are no accident. */
const MIN_GLYPHS = 3;
/** In ems: how far from a column its neighbours stand, and what goes on after words that lie on their side. */
const NEXT_COLUMN = 2.5;
/** More columns are no page's: single glyphs are not looked for around them. */
const MAX_COLUMNS = 500;
/** In ems above and below the baseline: the square that an ideograph fills. */
const ASCENT = 0.88;
const DESCENT = 0.12;
/** In ems: how wide figures side by side are in one cell. */
const MAX_CELL = 1.3;
/** In ems: a run's baseline beside its middle. */
const BASELINE = 0.23;

/** A place in a column: one glyph, or digits side by side. */
type Cell = { characters: Character[]; first: Character; upright: boolean; middle: number };

const toCell = (character: Character): Cell => {
  const { text, origin, u0, u1, style } = character;
  const upright = isIdeograph(text[0]);
  const middle = upright ? origin + style.size / 2 : (u0 + u1) / 2;
  return { characters: [character], first: character, upright, middle };
};

const isAlike = ({ style: a }: Character, { style: b }: Character) =>
  a === b || (a.turn === b.turn && Math.abs(a.size - b.size) <= 0.1 * a.size);

/** Whether a glyph stands as far below another as the next one of a column. */
const isPitch = (above: Character, below: Character): boolean => {
  const pitch = (below.v - above.v) / above.style.size;
  return pitch >= MIN_PITCH && pitch <= MAX_PITCH && isAlike(above, below);
};

/** Within one text object only a vertical font sets the next glyph below. */
const isSameText = (a: Character, b: Character) =>
  a.object === b.object && isPitch(a, b) && Math.abs(a.origin - b.origin) <= 0.6 * a.style.size;

const isBelow = (above: Cell, below: Cell): boolean =>
  isSameText(above.first, below.first) ||
  (isPitch(above.first, below.first) &&
    (above.upright || below.upright) &&
    Math.abs(above.middle - below.middle) <= SAME_COLUMN * above.first.style.size);

/** Whether a glyph stands in a cell beside another, as the digits of a date do. */
const isBeside = ({ characters, first, upright }: Cell, next: Cell): boolean => {
  const { size } = first.style;
  if (upright || next.upright || Math.abs(next.first.v - first.v) > 0.1 * size || !isAlike(first, next.first))
    return false;
  const right = characters.at(-1)?.u1 ?? first.u1;
  return next.first.u0 >= right - 0.1 * size && next.first.u1 - first.u0 <= MAX_CELL * size;
};

/** The glyphs of a page in the order of the file, parted where the next one does not stand below. */
const toStretches = (characters: Character[]): Cell[][] => {
  const stretches: Cell[][] = [];
  for (const character of characters) {
    const stretch = stretches.at(-1);
    const above = stretch?.at(-1);
    const cell = toCell(character);
    if (above && isBeside(above, cell)) {
      above.characters.push(character);
      above.middle = (above.first.u0 + character.u1) / 2;
    } else if (stretch && above && isBelow(above, cell)) stretch.push(cell);
    else stretches.push([cell]);
  }
  return stretches;
};

const isColumn = ([first, second, ...others]: Cell[]): boolean =>
  first !== undefined &&
  second !== undefined &&
  (others.length + 2 >= MIN_GLYPHS || isSameText(first.first, second.first));

const isNear = (column: Cell[], { first, middle }: Cell): boolean => {
  const [top, bottom] = [column[0], column.at(-1)];
  const { size } = first.style;
  return (
    top !== undefined &&
    bottom !== undefined &&
    isAlike(top.first, first) &&
    Math.abs(top.middle - middle) <= NEXT_COLUMN * size &&
    first.v >= top.first.v - size &&
    first.v <= bottom.first.v + NEXT_COLUMN * size
  );
};

/** Whether two cells that follow each other in the file are of one horizontal text. */
const isSideways = (a: Cell | undefined, b: Cell | undefined): boolean => {
  if (!a || !b || !isAlike(a.first, b.first)) return false;
  const { size } = a.first.style;
  return Math.abs(a.first.v - b.first.v) <= 0.3 * size && Math.abs(a.middle - b.middle) <= NEXT_COLUMN * size;
};

/** Too few glyphs to be a column of their own, beside or in one: its last ones, or those between words on their side. */
const isRest = (stretches: Cell[][], columns: Cell[][], i: number): boolean => {
  const stretch = stretches[i];
  const cell = stretch?.[0];
  if (!stretch || !cell?.upright) return false;
  if (isSideways(stretches[i - 1]?.at(-1), cell) || isSideways(stretch.at(-1), stretches[i + 1]?.[0])) return false;
  return columns.length <= MAX_COLUMNS && columns.some((column) => isNear(column, cell));
};

/** A column's glyphs as letters of a text that runs downwards: in the frame of the next turn. */
const lay = (column: Cell[], styleOf: (style: Style) => Style): Character[] => {
  const upright = column.filter((cell) => cell.upright);
  const middles = (upright.length > 0 ? upright : column).map(({ middle }) => middle).sort((a, b) => a - b);
  const middle = middles[middles.length >> 1] ?? 0;
  const laid: Character[] = [];
  for (const { characters, first } of column) {
    const text = characters.map((character) => character.text).join("");
    const { size } = first.style;
    const u0 = first.v - ASCENT * size;
    const above = laid.at(-1);
    if (above) above.u1 = u0;
    const place = { origin: u0, u0, u1: first.v + DESCENT * size, v: BASELINE * size - middle };
    laid.push({ ...first, ...place, text, style: styleOf(first.style), gap: false });
  }
  return laid;
};

const createStyles = () => {
  const styles = new Map<Style, Style>();
  return (style: Style): Style => {
    let turned = styles.get(style);
    if (!turned) {
      const half = (style.heights.ascent + style.heights.descent) / 2;
      const heights = { ascent: half + BASELINE, descent: half - BASELINE };
      turned = { ...style, turn: ((style.turn + 1) % 4) as Turn, heights };
      styles.set(style, turned);
    }
    return turned;
  };
};

/** Whether a glyph may go on a column: quick, for most pages have none. */
const goesDown = (above: Character | undefined, below: Character): boolean =>
  above !== undefined &&
  below.v > above.v &&
  isPitch(above, below) &&
  (isSameText(above, below) || isIdeograph(below.text[0]));

/** Lays vertical writing down, whether a vertical font or the file sets its glyphs below each other. */
export const layVertical = (characters: Character[]): Character[] => {
  if (!characters.some((character, i) => goesDown(characters[i - 1], character))) return characters;
  const stretches = toStretches(characters);
  const columns = stretches.filter(isColumn);
  if (columns.length === 0) return characters;
  const found = new Set(columns);
  const styleOf = createStyles();
  return stretches.flatMap((stretch, i) => {
    if (found.has(stretch) || isRest(stretches, columns, i)) return lay(stretch, styleOf);
    return stretch.flatMap((cell) => cell.characters);
  });
};
