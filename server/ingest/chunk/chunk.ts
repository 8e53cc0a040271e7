import { countTokens } from "../../tokens.ts";
import type { Chunk } from "../document.ts";
import type { ReadPage } from "../reader/pdf/layout/lines.ts";
import { placeAsides } from "./asides.ts";
import { findContents } from "./contents.ts";
import type { Bookmarks } from "./headings.ts";
import { packUnits, type Sizes } from "./pack.ts";
import { mergeSpans, toLines, toParagraphs, usualOf } from "./paragraphs.ts";
import type { Unit } from "./unit.ts";
import { toUnits } from "./units.ts";

/** The first word of a chunk has no space before it, and may take more tokens without. */
const SLACK_TOKENS = 2;

type Draft = Omit<Chunk, "ordinal">;

/** Whether nothing stands between two units, as between sentences of a script without spaces. */
const touch = (before: Unit, after: Unit): boolean => {
  const [end, start] = [before.spans.at(-1), after.spans[0]];
  return end !== undefined && start !== undefined && end.page === start.page && end.end === start.start;
};

/** As long as its spans' text and the one character between each two of them. */
const textOf = (units: Unit[]): string =>
  units.reduce((text, unit, i) => {
    const before = units[i - 1];
    const gap = !before || touch(before, unit) ? "" : unit.first ? "\n" : " ";
    return text + gap + unit.text;
  }, "");

const toDraft = (units: Unit[]): Draft => {
  const text = textOf(units);
  const spans = mergeSpans(units.flatMap((unit) => unit.spans));
  return { section: units[0]?.section ?? null, text, tokens: countTokens(text), spans };
};

/** Where words are not set apart by spaces, the sum is a guess: what turns out too large is halved. */
function* toDrafts(units: Unit[], maxTokens: number): Generator<Draft> {
  const draft = toDraft(units);
  if (draft.tokens <= maxTokens || units.length < 2) return yield draft;
  const half = units.length >> 1;
  yield* toDrafts(units.slice(0, half), maxTokens);
  yield* toDrafts(units.slice(half), maxTokens);
}

/**
 * Cuts a document into passages of at most `chunkTokens` tokens, each yielded as soon as it is final. Sentences and
 * paragraphs are packed over the whole document, which finds answers better than cutting by page or by tokens alone.
 * `pages` have no running headers.
 */
export function* chunkDocument(pages: ReadPage[], sizes: Sizes, bookmarks?: Bookmarks): Generator<Chunk> {
  const all = toLines(pages);
  const contents = findContents(all);
  const lines = all.filter((line) => !contents.has(line));
  const usual = usualOf(lines);
  const maxTokens = sizes.chunkTokens - SLACK_TOKENS;
  const units = toUnits(toParagraphs(placeAsides(lines, usual), usual), { usual, maxTokens, bookmarks });
  let ordinal = 0;
  for (const packed of packUnits(units, { ...sizes, chunkTokens: maxTokens }))
    for (const draft of toDrafts(packed, sizes.chunkTokens)) yield { ordinal: ordinal++, ...draft };
}
