// oxlint-disable no-restricted-imports -- the one place that counts tokens
import { createRequire } from "node:module";
import { Tiktoken } from "tiktoken/lite";

type Ranks = { bpe_ranks: string; special_tokens: Record<string, number>; pat_str: string };

let shared: Tiktoken | undefined;

/** o200k_base, which the present chat models use; it takes 0.4 s to load, so it is loaded once, at first use. */
const encoder = (): Tiktoken => {
  if (shared) return shared;
  const ranks: Ranks = createRequire(import.meta.url)("tiktoken/encoders/o200k_base.json");
  shared = new Tiktoken(ranks.bpe_ranks, ranks.special_tokens, ranks.pat_str);
  return shared;
};

/** Text that looks like a special token is text: without the empty lists the encoder throws on it. */
const encode = (text: string): Uint32Array => encoder().encode(text, [], []);

const PIECE_CHARS = 4096;

/**
 * The encoder's time grows with the square of a run's length, so runs are cut: of spaces at 64, of the rest at 512
 * code points. Pieces end before a space, where tokens end anyway, and the counts stay the same for anything that is
 * written by people.
 */
function* pieces(text: string): Generator<string> {
  if (text.length <= 64) return yield text;
  let start = 0;
  let end = 0;
  for (const [run] of text.matchAll(/\s{1,64}|\S{1,512}/gu)) {
    const spaces = /^\s/.test(run);
    const cut = run.length >= (spaces ? 64 : 512) && end > start;
    if (cut || (spaces && end - start > PIECE_CHARS)) {
      yield text.slice(start, end);
      start = end;
    }
    end += run.length;
  }
  if (end > start) yield text.slice(start, end);
}

/** Tokens of `text`, in time that grows with its length only. */
export const countTokens = (text: string): number => {
  let tokens = 0;
  for (const piece of pieces(text)) tokens += encode(piece).length;
  return tokens;
};

/** The longest beginning of `text` of at most `max` tokens that ends between two characters. */
export const takeTokens = (text: string, max: number): string => {
  let left = max;
  let end = 0;
  for (const piece of pieces(text)) {
    const tokens = encode(piece);
    if (tokens.length > left) return text.slice(0, end + decode(tokens.subarray(0, left)).length);
    left -= tokens.length;
    end += piece.length;
  }
  return text;
};

/** `stream` leaves out a last character whose bytes are not all there. */
const decode = (tokens: Uint32Array): string =>
  new TextDecoder("utf-8", { ignoreBOM: true }).decode(encoder().decode(tokens), { stream: true });
