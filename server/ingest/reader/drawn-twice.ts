import type { Character } from "./characters.ts";

/** In ems: how far a second drawing may be moved. */
const MAX_OFFSET = 0.16;

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
  const byText = new Map<string, Character[][]>();
  const dropped = new Set<number>();
  for (const [object, drawn] of objects) {
    const [first] = drawn;
    if (!first) continue;
    const text = drawn.map((character) => character.text).join("");
    // Texts that differ by a move are found in the same or the neighbouring line.
    const line = Math.round(first.v / first.style.size);
    const keys = [line - 1, line, line + 1].map((v) => `${v} ${text}`);
    if (keys.some((key) => byText.get(key)?.some((other) => coincides(drawn, other)))) dropped.add(object);
    else {
      const same = byText.get(`${line} ${text}`);
      if (same) same.push(drawn);
      else byText.set(`${line} ${text}`, [drawn]);
    }
  }
  return dropped.size > 0 ? characters.filter(({ object }) => !dropped.has(object)) : characters;
};
