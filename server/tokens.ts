import { loadEncoder } from "./token-encoder.ts";

let shared: ReturnType<typeof loadEncoder> | undefined;

const encoder = () => (shared ??= loadEncoder());

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
