import { countTokens, takeTokens } from "../../tokens.ts";
import type { Span } from "../document.ts";
import { createOutline, headingOf, type Bookmarks } from "./headings.ts";
import { mergeSpans, type Paragraph, type Usual } from "./paragraphs.ts";
import { createTables } from "./tables.ts";
import type { Unit } from "./unit.ts";
import { sentencesIn } from "../../text/sentences.ts";

type Piece = Pick<Unit, "text" | "spans">;

/** The part of joined spans from `from` to `to` of their text; spans are joined by one space. */
const sliceSpans = (spans: Span[], from: number, to: number): Span[] => {
  const sliced: Span[] = [];
  let at = 0;
  for (const { page, start, end } of spans) {
    const [first, last] = [Math.max(from - at, 0), Math.min(to - at, end - start)];
    if (first < last) sliced.push({ page, start: start + first, end: start + last });
    at += end - start + 1;
    if (at >= to) break;
  }
  return sliced;
};

/** The longest beginning that fits `max` tokens behind a space, at a word's end where one is near. */
const takeWords = (text: string, max: number): string => {
  let taken = takeTokens(text, max - 1);
  while (taken.length > 1 && countTokens(` ${taken}`) > max) taken = taken.slice(0, Math.floor(taken.length * 0.9));
  if (!taken.isWellFormed()) taken = taken.slice(0, -1);
  if (taken.length === text.length) return text;
  const space = taken.lastIndexOf(" ");
  return space > taken.length / 2 ? taken.slice(0, space) : taken || text.slice(0, 2);
};

const cut = ({ text, spans }: Piece, max: number): Piece[] => {
  const pieces: Piece[] = [];
  let at = 0;
  while (at < text.length) {
    const taken = takeWords(text.slice(at), max);
    pieces.push({ text: taken, spans: sliceSpans(spans, at, at + taken.length) });
    at += taken.length;
    if (text[at] === " ") at++;
  }
  return pieces;
};

const pieceOf = ({ lines }: Paragraph): Piece => ({
  text: lines.map(({ text }) => text).join(" "),
  spans: lines.map(({ page, start, end }) => ({ page, start, end })),
});

const sentencesOf = (paragraph: Piece): Piece[] => {
  const pieces: Piece[] = [];
  /** Sentences and lines both go forward: the lines before a sentence are not looked at again. */
  let [line, lineAt] = [0, 0];
  for (const { start, end } of sentencesIn(paragraph.text)) {
    let length = lengthOf(paragraph.spans[line]);
    while (lineAt + length < start) {
      lineAt += length + 1;
      length = lengthOf(paragraph.spans[++line]);
    }
    const spans = sliceSpans(paragraph.spans.slice(line), start - lineAt, end - lineAt);
    pieces.push({ text: paragraph.text.slice(start, end), spans });
  }
  return pieces;
};

const lengthOf = (span: Span | undefined) => (span ? span.end - span.start : Infinity);

type Reading = { usual: Usual; maxTokens: number; bookmarks?: Bookmarks | undefined };

/** Everything that is to be packed, in order; no unit has more than `maxTokens` tokens. */
export function* toUnits(paragraphs: Paragraph[], { usual, maxTokens, bookmarks }: Reading): Generator<Unit> {
  const outline = createOutline();
  const tables = createTables();
  for (const paragraph of paragraphs) {
    const heading = headingOf(paragraph, usual, bookmarks);
    if (heading) outline.enter(heading);
    const about = { heading: heading !== undefined, section: outline.path(), lead: tables.leadOf(paragraph) };
    const whole = pieceOf(paragraph);
    const units: Unit[] = [];
    const add = ({ text, spans }: Piece, tokens: number) =>
      units.push({ text, spans: mergeSpans(spans), tokens, first: units.length === 0, ...about });
    const count = ({ text }: Piece) => countTokens((units.length === 0 ? "\n" : " ") + text);
    for (const piece of heading || paragraph.row ? [whole] : sentencesOf(whole)) {
      const tokens = count(piece);
      if (tokens <= maxTokens) add(piece, tokens);
      else for (const part of cut(piece, maxTokens - 1)) add(part, count(part));
    }
    tables.follow(paragraph, units);
    yield* units;
  }
}
