import { createRequire } from "node:module";
import { Tiktoken } from "tiktoken/lite";

type Ranks = { bpe_ranks: string; special_tokens: Record<string, number>; pat_str: string };

const ranks: Ranks = createRequire(import.meta.url)("tiktoken/encoders/o200k_base.json");
const encoder = new Tiktoken(ranks.bpe_ranks, ranks.special_tokens, ranks.pat_str);

/** The tokens of the reference implementation; special tokens are taken for text. */
export const referenceTokens = (text: string): Uint32Array => encoder.encode(text, [], []);

/** The text of tokens, without a last character whose bytes are not all there. */
export const referenceText = (tokens: Uint32Array): string =>
  new TextDecoder("utf-8", { ignoreBOM: true }).decode(encoder.decode(tokens), { stream: true });
