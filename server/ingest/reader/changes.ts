/**
 * What is changed in the parser. The tests of right-to-left text fail where a newer version no longer has the lines that
 * are replaced.
 */
import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import { prepared } from "../../prepared.ts";

/** Longer texts tell of whole paragraphs or pictures, whose letters are there all the same. */
const MAX_ACTUAL_BYTES = 400;

const CHANGES = [
  /**
   * Browsers and word processors say in ActualText what glyphs stand for that have no letter of their own: vowel marks
   * in their order, joiners, hyphens of their making. It stands in for the first glyph of its span, the rest for nothing.
   */
  ["const showSpacedTextBuffer = [];", "const showSpacedTextBuffer = []; let said = null; const outer = [];"],
  ["if (!keepWhiteSpace && category.isWhitespace) {", "if (!keepWhiteSpace && category.isWhitespace && !said) {"],
  [
    "const glyphUnicode = glyph.unicode;",
    "const glyphUnicode = said ? said.text : glyph.unicode; if (said) said.text = '';",
  ],
  ["if (saveLastChar(glyphUnicode)) {", "if (glyphUnicode && saveLastChar(glyphUnicode)) {"],
  [
    `case OPS.beginMarkedContent:
            flushTextContentItem();`,
    `case OPS.beginMarkedContent:
            flushTextContentItem();
            outer.push(said);`,
  ],
  [
    `case OPS.beginMarkedContentProps:
            flushTextContentItem();`,
    `case OPS.beginMarkedContentProps:
            flushTextContentItem();
            outer.push(said);
            const actual = args[1] instanceof Dict ? args[1].get("ActualText") : null;
            if (!said && typeof actual === "string" && actual.length <= ${MAX_ACTUAL_BYTES}) said = { text: stringToPDFString(actual) };`,
  ],
  [
    `case OPS.endMarkedContent:
            flushTextContentItem();`,
    `case OPS.endMarkedContent:
            flushTextContentItem();
            said = outer.pop() ?? null;`,
  ],
  /**
   * It turns right-to-left text around letter by letter, and with it what one glyph stands for: the ligature lam-alef,
   * several on every page, would come out as alef-lam. Such a glyph's letters are reversed beforehand.
   */
  [
    "textChunk.str.push(glyphUnicode);",
    `textChunk.str.push(/^[\\u0590-\\u08FF\\u200C\\u200D]{2,}$/.test(glyphUnicode) ? [...glyphUnicode].reverse().join("") : glyphUnicode);`,
  ],
  /**
   * It leaves out zero-width joiners and non-joiners, which are part of the spelling of Persian and Indic words, and soft
   * hyphens, which are drawn like any other.
   */
  [String.raw`|(\p{Mn}+)|(\p{Cf}+)`, String.raw`|([\p{Mn}\u200C\u200D]+)|((?:(?!\u00AD)\p{Cf})+)`],
  /** Which fonts are bold tells headings; by its name a font is known on all pages. */
  ["fontFamily: font.fallbackName,", "fontFamily: font.fallbackName, name: font.name,"],
  /** A glyph for which a font's own map has no letter stands for none: its number would come out as a foreign letter. */
  [
    "let unicode = this.toUnicode.get(charcode) || charcode;",
    `let unicode = this.toUnicode.get(charcode) ||
      (this.composite && !(this.toUnicode instanceof IdentityToUnicodeMap) ? (charcode === 3 ? " " : "") : charcode);`,
  ],
  /**
   * Without such a map the numbers of an embedded TrueType font are taken as those of Apple's standard order, which
   * Microsoft's fonts keep too: ASCII from 3 on, then the upper half of Mac OS Roman.
   */
  [
    "return new IdentityToUnicodeMap(properties.firstChar, properties.lastChar);",
    `if (properties.type === "CIDFontType2" && properties.file && !(properties.dict?.get("CIDToGIDMap") instanceof BaseStream)) {
      const letters = new CharCodeMap();
      const bytes = Uint8Array.from({ length: 223 }, (_, i) => i < 95 ? i + 32 : i + 33);
      [...new TextDecoder("macintosh").decode(bytes)].forEach((letter, i) => letters.set(i + 3, letter));
      return new ToUnicodeMap(letters);
    }
    return new IdentityToUnicodeMap(properties.firstChar, properties.lastChar);`,
  ],
] as const;

export const changeParser = (source: string): string =>
  CHANGES.reduce((text, [before, after]) => text.replace(before, () => after), source);

/** Where the installation puts the changed parser (`scripts/prepare-reader.ts`): of these changes, and this version of it. */
export const changedParser = (parser: string): URL => {
  const { version } = JSON.parse(readFileSync(new URL("../package.json", parser), "utf8")) as { version: string };
  const changes = createHash("sha256").update(JSON.stringify(CHANGES)).digest("hex").slice(0, 16);
  return prepared(`pdf.worker-${version}-${changes}.mjs`);
};
