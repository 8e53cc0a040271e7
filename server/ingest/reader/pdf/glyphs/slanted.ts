import type { Character } from "./characters.ts";

/** A text object that is drawn at a slant, as one character where it begins, so that its letters stay together. */
const joinObject = (drawn: Character[]): Character | undefined => {
  const [first] = drawn;
  if (!first) return;
  const text = drawn.map(({ text, gap }, i) => (gap && i > 0 ? ` ${text}` : text)).join("");
  // Slanted labels lie over each other's boxes: a box as wide as a letter keeps them in order.
  return { ...first, text, u0: first.origin, u1: first.origin + first.style.size };
};

/** Joins the letters of labels that are set neither level nor upright, such as slanted headers of columns. */
export const joinSlanted = (characters: Character[]): Character[] => {
  if (!characters.some(({ style }) => style.slanted)) return characters;
  const slanted = Map.groupBy(characters, ({ style, object }) => (style.slanted ? object : 0));
  const joined = new Set<number>();
  return characters.flatMap((character) => {
    const { style, object } = character;
    if (!style.slanted) return [character];
    if (joined.has(object)) return [];
    joined.add(object);
    return joinObject(slanted.get(object) ?? []) ?? [];
  });
};
