import { countTokens } from "../../tokens.ts";
import type { Chunk } from "../document.ts";
import type { ReadPage } from "../extract/lines.ts";
import { packUnits, type Sizes } from "./pack.ts";
import { mergeSpans, toLines, toParagraphs, usualOf } from "./paragraphs.ts";
import { toUnits, type Unit } from "./units.ts";

type Texts = Map<number, string>;

const toChunk = (units: Unit[], ordinal: number, texts: Texts): Chunk => {
  const spans = mergeSpans(units.flatMap((unit) => unit.spans));
  const text = spans
    .map(({ page, start, end }) => (texts.get(page) ?? "").slice(start, end).replaceAll("\n", " "))
    .join(" ");
  const [first] = units;
  /** A token never reaches from a word over the space behind it, so what was counted apart adds up. */
  const glued = text.length !== units.reduce((length, unit) => length + unit.text.length + 1, -1);
  const tokens =
    glued || !first
      ? countTokens(text)
      : units.reduce((sum, unit) => sum + unit.tokens, countTokens(first.text) - first.tokens);
  return { ordinal, section: first?.section ?? null, text, tokens, spans };
};

/**
 * Cuts a document into passages of at most `chunkTokens` tokens. Sentences and paragraphs are packed over the whole
 * document, which finds answers better than cutting by page or by tokens alone. `pages` have no running headers.
 */
export const chunkDocument = (pages: ReadPage[], sizes: Sizes): Chunk[] => {
  const lines = toLines(pages);
  const usual = usualOf(lines);
  const units = toUnits(toParagraphs(lines, usual), usual, sizes.chunkTokens);
  const texts = new Map(pages.map(({ page, text }) => [page, text]));
  return packUnits(units, sizes).map((packed, ordinal) => toChunk(packed, ordinal, texts));
};
