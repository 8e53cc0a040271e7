import type { Character } from "./characters.ts";
import type { Pdfium } from "../instance.ts";
import { clean } from "./letters.ts";
import { withAscii } from "../strings.ts";

/** Longer texts describe paragraphs or pictures, whose letters are read anyway. */
const MAX_BYTES = 400;

/** A marked span and what its glyphs stand for. */
type Span = { text: string };

/** Spans by the text objects that draw them. */
export type ActualTexts = ReadonlyMap<number, Span>;

/** A text string of PDF: UTF-16 or UTF-8 with its byte order mark, or PDFDocEncoding, which is mostly Latin-1. */
const decode = (bytes: Uint8Array): string => {
  if (bytes[0] === 0xfe && bytes[1] === 0xff) return new TextDecoder("utf-16be").decode(bytes);
  if (bytes[0] === 0xff && bytes[1] === 0xfe) return new TextDecoder("utf-16le").decode(bytes);
  if (bytes[0] === 0xef && bytes[1] === 0xbb) return new TextDecoder("utf-8").decode(bytes);
  return Buffer.from(bytes).toString("latin1");
};

/**
 * Removes the texts of marked spans (`ActualText`) from a page before its text is read, since PDFium spreads them over
 * the glyphs of the span. Browsers and word processors write them for glyphs without a letter of their own: vowel marks,
 * joiners, ligatures.
 */
export const takeActualTexts = (pdfium: Pdfium, textObjects: number[]): ActualTexts => {
  const { calls } = pdfium;
  const spans = new Map<number, Span>();
  const marks = new Map<number, Span | undefined>();
  const buffer = pdfium.allocate(MAX_BYTES + 4);
  const length = buffer + MAX_BYTES;
  const take = (object: number, mark: number, key: number): Span | undefined => {
    if (marks.has(mark)) return marks.get(mark);
    if (!calls.FPDFPageObjMark_GetParamBlobValue(mark, key, buffer, MAX_BYTES, length)) return undefined;
    const size = pdfium.view.getUint32(length, true);
    const text = size <= MAX_BYTES ? clean(decode(pdfium.bytes.slice(buffer, buffer + size))) : undefined;
    calls.FPDFPageObjMark_RemoveParam(object, mark, key);
    const span = text === undefined ? undefined : { text };
    marks.set(mark, span);
    return span;
  };
  withAscii(pdfium, "ActualText", (key) => {
    for (const object of textObjects)
      for (let i = calls.FPDFPageObj_CountMarks(object) - 1; i >= 0; i--) {
        const span = take(object, calls.FPDFPageObj_GetMark(object, i), key);
        if (span) spans.set(object, span);
      }
  });
  pdfium.free(buffer);
  return spans;
};

/** Gives a span's text to the widest of its glyphs, which takes the place of all; the others stand for nothing. */
export const applyActualTexts = (characters: Character[], texts: ActualTexts): Character[] => {
  if (texts.size === 0) return characters;
  const widest = new Map<Span, Character>();
  for (const character of characters) {
    const span = texts.get(character.object);
    if (!span) continue;
    const before = widest.get(span);
    if (!before || character.u1 - character.u0 > before.u1 - before.u0) widest.set(span, character);
  }
  for (const { object, v, u0, u1 } of characters) {
    const span = texts.get(object);
    const whole = span && widest.get(span);
    if (!whole || Math.abs(whole.v - v) > whole.style.size) continue;
    Object.assign(whole, { u0: Math.min(whole.u0, u0), u1: Math.max(whole.u1, u1) });
  }
  return characters.filter((character) => {
    const span = texts.get(character.object);
    if (!span) return true;
    if (widest.get(span) !== character) return false;
    Object.assign(character, { text: span.text, ordered: true, code: undefined });
    return span.text !== "";
  });
};
