import type { Character } from "./characters.ts";
import type { FontDictionary } from "./font-dictionaries.ts";
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

/**
 * Gives a text to glyphs of which a font tells none, whose code PDFium reports: by their names in a simple font, where the
 * code stands for itself otherwise. In a composite font the code is a glyph's number, which tells something only where
 * no glyph of the font has a text: then the font has no map at all, and most keep the standard order.
 */
export const readUnmapped = (characters: Character[], fonts: Fonts): Character[] => {
  const unmapped = characters.filter(({ code }) => code !== undefined);
  if (unmapped.length === 0) return characters;
  const known = fonts();
  const mapped = new Set(characters.filter(({ code }) => code === undefined).map(({ style }) => style.baseFont));
  for (const character of unmapped) {
    const { code = 0, style } = character;
    const font = known.get(style.baseFont);
    if (font?.composite)
      character.text = !mapped.has(style.baseFont) ? textInStandardOrder(code) : code === FIRST_GLYPH ? " " : "";
    else character.text = clean(textOfGlyphName(font?.names.get(code) ?? "") ?? character.text);
  }
  return characters;
};
