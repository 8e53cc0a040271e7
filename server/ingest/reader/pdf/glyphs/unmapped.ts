import type { Character } from "./characters.ts";
import type { FontDictionary } from "../document/font-dictionaries.ts";
import { textOfGlyphName } from "./glyph-names.ts";
import { clean } from "./letters.ts";

type Fonts = () => ReadonlyMap<string, FontDictionary>;

/** Apple's standard order of glyphs, which Microsoft's fonts keep too: ASCII, then the upper half of Mac OS Roman. */
const FIRST_GLYPH = 3;
const LAST_GLYPH = 225;

const textInStandardOrder = (glyph: number): string => {
  if (glyph < FIRST_GLYPH || glyph > LAST_GLYPH) return "";
  const byte = glyph - FIRST_GLYPH + 32;
  return new TextDecoder("macintosh").decode(Uint8Array.of(byte < 127 ? byte : byte + 1));
};

/** Fonts of TeX that hold symbols, or other characters at these codes. */
const NO_TEX_LETTERS = /^(?:[A-Z]{6}\+)?(?:CM(?:B?SY|MIB?|EX|V?TT|CSC|SLTT|ITT)|MS[AB]M|EUF|LASY|WASY)/i;

/** What the codes of ligatures, quotes and dashes stand for in fonts of TeX (encodings OT1 and T1). */
const TEX_LETTERS: ReadonlyMap<number, string> = new Map([
  ...["ff", "fi", "fl", "ffi", "ffl", "“", "”", "„", "«", "»", "–", "—"].map((text, i) => [0x0b + i, text] as const),
  ...["ff", "fi", "fl", "ffi", "ffl"].map((text, i) => [0x1b + i, text] as const),
]);

const texLetter = (font: string, code: number): string | undefined =>
  NO_TEX_LETTERS.test(font) ? undefined : TEX_LETTERS.get(code);

/**
 * Reads glyphs that their font does not map to a text; PDFium reports their codes. In a simple font the glyph's name
 * decides, otherwise the code itself. In a composite font the code is a glyph number, which can be read only where the
 * font maps no glyph at all: such fonts mostly keep the standard order.
 */
export const readUnmapped = (characters: Character[], fonts: Fonts): Character[] => {
  const unmapped = characters.filter(({ code }) => code !== undefined);
  if (unmapped.length === 0) return characters;
  const known = fonts();
  const mapped = new Set(characters.filter(({ code }) => code === undefined).map(({ style }) => style.baseFont));
  for (const character of unmapped) {
    const { code = 0, style } = character;
    const font = known.get(style.baseFont);
    const name = font?.names.get(code) ?? "";
    if (font?.composite)
      character.text = !mapped.has(style.baseFont) ? textInStandardOrder(code) : code === FIRST_GLYPH ? " " : "";
    else character.text = clean(textOfGlyphName(name) ?? texLetter(style.baseFont, code) ?? character.text);
  }
  return characters;
};
