import { describe } from "../../files/describe.ts";
import { indexWords } from "../../text/stem.ts";
import { wordsOf } from "../../text/words.ts";
import { countTokens } from "../../tokens.ts";
import type { Chunk, IndexedChunk } from "../document.ts";

/** Where the prefix and the text meet, their tokens may split differently than each by itself. */
const SEAM_TOKENS = 2;

/** Adds to each chunk of a document what its index holds and its embedding costs. */
export function* toIndexed(chunks: Iterable<Chunk>, fileName: string): Generator<IndexedChunk> {
  const prefixes = new Map<string | null, number>();
  const prefixTokens = (section: string | null): number => {
    const known = prefixes.get(section);
    if (known !== undefined) return known;
    const tokens = countTokens(describe(fileName, { section, text: "" }));
    prefixes.set(section, tokens);
    return tokens;
  };
  for (const chunk of chunks)
    yield {
      ...chunk,
      words: indexWords(wordsOf(describe(fileName, chunk))),
      maxTokens: prefixTokens(chunk.section) + SEAM_TOKENS + chunk.tokens,
    };
}
