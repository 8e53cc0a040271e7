import { countTokens } from "../../tokens.ts";
import type { Chunk } from "../document.ts";
import type { ReadPage } from "../extract/lines.ts";
import { packUnits, type Sizes } from "./pack.ts";
import { mergeSpans, toLines, toParagraphs, usualOf } from "./paragraphs.ts";
import { toUnits, type Unit } from "./units.ts";

/** The first word of a chunk has no space before it, and may take more tokens without. */
const SLACK_TOKENS = 2;

type Texts = Map<number, string>;

type Draft = Omit<Chunk, "ordinal">;

const toDraft = (units: Unit[], texts: Texts): Draft => {
  const spans = mergeSpans(units.flatMap((unit) => unit.spans));
  const text = spans
    .map(({ page, start, end }) => (texts.get(page) ?? "").slice(start, end).replaceAll("\n", " "))
    .join(" ");
  const [first] = units;
  /** A token never reaches from a word over the space behind it, so what was counted apart adds up. */
  const spaced = text.length === units.reduce((length, unit) => length + unit.text.length + 1, -1);
  const tokens =
    spaced && first
      ? units.reduce((sum, unit) => sum + unit.tokens, countTokens(first.text) - first.tokens)
      : countTokens(text);
  return { section: first?.section ?? null, text, tokens, spans };
};

/** Where words are not set apart by spaces, the sum is a guess: what turns out too large is halved. */
const toDrafts = (units: Unit[], texts: Texts, maxTokens: number): Draft[] => {
  const draft = toDraft(units, texts);
  if (draft.tokens <= maxTokens || units.length < 2) return [draft];
  const half = units.length >> 1;
  return [units.slice(0, half), units.slice(half)].flatMap((part) => toDrafts(part, texts, maxTokens));
};

/**
 * Cuts a document into passages of at most `chunkTokens` tokens. Sentences and paragraphs are packed over the whole
 * document, which finds answers better than cutting by page or by tokens alone. `pages` have no running headers.
 */
export const chunkDocument = (pages: ReadPage[], sizes: Sizes): Chunk[] => {
  const lines = toLines(pages);
  const usual = usualOf(lines);
  const units = toUnits(toParagraphs(lines, usual), usual, sizes.chunkTokens - SLACK_TOKENS);
  const texts = new Map(pages.map(({ page, text }) => [page, text]));
  return packUnits(units, { ...sizes, chunkTokens: sizes.chunkTokens - SLACK_TOKENS })
    .flatMap((packed) => toDrafts(packed, texts, sizes.chunkTokens))
    .map((draft, ordinal) => ({ ordinal, ...draft }));
};
