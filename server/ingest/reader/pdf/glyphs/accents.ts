import type { Character } from "./characters.ts";

/** Accents that have a width of their own, and what they are above or below a letter. */
const COMBINING = new Map(
  Object.entries({
    "`": "\u0300",
    "\u00B4": "\u0301",
    "^": "\u0302",
    "\u02C6": "\u0302",
    "~": "\u0303",
    "\u02DC": "\u0303",
    "\u00AF": "\u0304",
    "\u02D8": "\u0306",
    "\u02D9": "\u0307",
    "\u00A8": "\u0308",
    "\u02DA": "\u030A",
    "\u02DD": "\u030B",
    "\u02C7": "\u030C",
    "\u00B8": "\u0327",
    "\u02DB": "\u0328",
  }),
);

/** In ems, between the middles of an accent and of its letter. */
const MAX_OFFSET = 0.25;
const LETTER = /^\p{Script=Latin}$/u;
const DOTLESS: Record<string, string> = { "\u0131": "i", "\u0237": "j" };

const middle = ({ u0, u1 }: Character) => (u0 + u1) / 2;

const carries = (letter: Character | undefined, accent: Character): letter is Character =>
  letter !== undefined &&
  LETTER.test(letter.text) &&
  letter.style.turn === accent.style.turn &&
  Math.abs(middle(letter) - middle(accent)) <= MAX_OFFSET * letter.style.size &&
  Math.abs(letter.v - accent.v) <= letter.style.size;

/** Joins accents that are drawn over a letter of their own with that letter, as TeX draws them. */
export const joinAccents = (characters: Character[]): Character[] => {
  const joined = new Set<Character>();
  characters.forEach((accent, i) => {
    const mark = COMBINING.get(accent.text);
    if (mark === undefined) return;
    const letter = [characters[i + 1], characters[i - 1]].find((other) => carries(other, accent));
    if (!letter) return;
    letter.text = ((DOTLESS[letter.text] ?? letter.text) + mark).normalize("NFC");
    letter.gap ||= accent.gap && letter === characters[i + 1];
    joined.add(accent);
  });
  return joined.size > 0 ? characters.filter((character) => !joined.has(character)) : characters;
};
