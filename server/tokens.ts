import { createMerge, MAX_PIECE_BYTES, type Merge } from "./tokenizer/merge.ts";
import { piecesOf } from "./tokenizer/pieces.ts";
import { loadVocabulary, type RankOf } from "./tokenizer/vocabulary.ts";

type Encoder = { rankOf: RankOf; merge: Merge; bytes: Uint8Array };

/** Loaded once per thread, at the first count. It caches nothing of a text: splitting costs more than counting words. */
let loaded: Encoder | undefined;

const load = (): Encoder => {
  const rankOf = loadVocabulary();
  return { rankOf, merge: createMerge(rankOf), bytes: new Uint8Array(MAX_PIECE_BYTES) };
};

const utf8 = new TextEncoder();

/** Most pieces are a token as they are. */
const countPiece = (encoder: Encoder, length: number) =>
  encoder.rankOf(encoder.bytes, 0, length) === -1 ? encoder.merge(encoder.bytes, length).tokens : 1;

/**
 * Tokens of `text`, equal to tiktoken's `encode(text, [], [])`. A run of 4,096 UTF-16 units without a space and
 * a word's end is cut, and may then count one or two tokens more.
 */
export const countTokens = (text: string): number => {
  const encoder = (loaded ??= load());
  let tokens = 0;
  for (const piece of piecesOf(text)) tokens += countPiece(encoder, utf8.encodeInto(piece, encoder.bytes).written);
  return tokens;
};

/** The longest beginning of `text` of at most `max` tokens that ends between two characters. */
export const takeTokens = (text: string, max: number): string => {
  const encoder = (loaded ??= load());
  let left = max;
  let end = 0;
  for (const piece of piecesOf(text)) {
    const length = utf8.encodeInto(piece, encoder.bytes).written;
    const tokens = countPiece(encoder, length);
    if (tokens > left)
      return text.slice(0, end + decode(encoder, encoder.merge(encoder.bytes, length, left).end).length);
    left -= tokens;
    end += piece.length;
  }
  return text;
};

/** `stream` leaves out a last character whose bytes are not all there. */
const decode = ({ bytes }: Encoder, end: number): string =>
  new TextDecoder("utf-8", { ignoreBOM: true }).decode(bytes.subarray(0, end), { stream: true });
