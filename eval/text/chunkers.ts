import { chunkDocument } from "../../server/ingest/chunk/chunk.ts";
import { takeTokens } from "../../server/tokens.ts";
import { pageOf } from "./chunk-corpus.ts";
import type { Range } from "./spans.ts";

export type Passage = { text: string; section: string | null; ranges: Range[] };
export type Chunker = (text: string) => Passage[];
export type Sizes = { chunkTokens: number; overlapTokens: number };

/** As the product cuts. */
export const ours =
  (sizes: Sizes): Chunker =>
  (text) =>
    [...chunkDocument([pageOf(text)], sizes)].map(({ text, section, spans }) => ({ text, section, ranges: spans }));

/** Windows of so many tokens, wherever they end. */
export const tokenWindows =
  ({ chunkTokens, overlapTokens }: Sizes): Chunker =>
  (text) => {
    const passages: Passage[] = [];
    let start = 0;
    while (start < text.length) {
      const window = takeTokens(text.slice(start, start + chunkTokens * 20), chunkTokens);
      passages.push({ text: window, section: null, ranges: [{ start, end: start + window.length }] });
      const kept = takeTokens(window, chunkTokens - overlapTokens);
      start += start + window.length < text.length ? kept.length : window.length;
    }
    return passages;
  };
