import type { Character } from "./characters.ts";

/** In ems: how far a second drawing may be moved. */
const MAX_OFFSET = 0.16;

const AROUND = [-1, 0, 1].flatMap((du) => [-1, 0, 1].map((dv) => [du, dv] as const));

const coincides = (a: Character[], b: Character[]): boolean =>
  a.length === b.length &&
  a.every((character, i) => {
    const other = b[i];
    if (!other || other.text !== character.text || other.style.turn !== character.style.turn) return false;
    const most = MAX_OFFSET * character.style.size;
    return Math.abs(other.origin - character.origin) <= most && Math.abs(other.v - character.v) <= most;
  });

/** Drops texts that are drawn over themselves, as for bold letters or shadows. */
export const dropDrawnTwice = (characters: Character[]): Character[] => {
  const objects = Map.groupBy(characters, ({ object }) => object);
  const alike = new Map<number, Character[][]>();
  const dropped = new Set<number>();
  for (const [object, drawn] of objects) {
    const [first] = drawn;
    if (!first) continue;
    // A cell is an em wide: texts that are moved by less lie in the same or in a neighbouring one. Two cells may share a
    // number: the comparison decides.
    const kind = (drawn.length + (first.text.codePointAt(0) ?? 0)) % 1_024;
    const cell = (u: number, v: number) => (u * 8_192 + v) * 1_024 + kind;
    const [u, v] = [Math.round(first.origin / first.style.size), Math.round(first.v / first.style.size)];
    const isTwin = AROUND.some(([du, dv]) => alike.get(cell(u + du, v + dv))?.some((other) => coincides(drawn, other)));
    if (isTwin) dropped.add(object);
    else {
      const same = alike.get(cell(u, v));
      if (same) same.push(drawn);
      else alike.set(cell(u, v), [drawn]);
    }
  }
  return dropped.size > 0 ? characters.filter(({ object }) => !dropped.has(object)) : characters;
};
