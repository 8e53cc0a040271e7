import { readFileSync } from "node:fs";
import { createRequire } from "node:module";

// o200k_base is the vocabulary of the present chat models.
const FILE = createRequire(import.meta.url).resolve("tiktoken/encoders/o200k_base.json");

const [SPACE, QUOTE, PADDING] = [0x20, 0x22, 0x3d];
const BASE64 = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

/** A power of two, and more than twice the number of tokens: a probe ends after a few steps. */
const SLOTS = 1 << 19;
const FNV_OFFSET = 0x811c9dc5;
const FNV_PRIME = 0x01000193;

/** FNV-1a. */
const hashOf = (source: Uint8Array, from: number, to: number): number => {
  let hash = FNV_OFFSET;
  for (let at = from; at < to; at++) hash = Math.imul(hash ^ (source[at] ?? 0), FNV_PRIME);
  return hash ^ (hash >>> 15);
};

/** The rank of the token whose bytes are `source` from `from` to `to`, or -1. The lowest rank is merged first. */
export type RankOf = (source: Uint8Array, from: number, to: number) => number;

/** The part of the file with the tokens in base64, in the order of their ranks, a space after each. */
const readTokens = (): Buffer => {
  const file = readFileSync(FILE);
  const start = Buffer.from('"bpe_ranks":"! 0 ');
  const from = file.indexOf(start);
  const to = file.indexOf(QUOTE, from + start.length);
  if (from === -1 || to === -1) throw new Error(`Unknown format of a vocabulary: ${FILE}`);
  file[to] = SPACE;
  return file.subarray(from + start.length, to + 1);
};

/** Decodes in place: 200,000 strings and calls of `Buffer.from` take twice the CPU and 20 MB more. */
const decodeTokens = (tokens: Buffer): { bytes: Uint8Array; ends: Uint32Array } => {
  const values = new Uint8Array(128);
  for (let value = 0; value < 64; value++) values[BASE64.charCodeAt(value)] = value;
  const ends = new Uint32Array(SLOTS / 2);
  let [count, end, read, bits] = [0, 0, 0, 0];
  for (let at = 0; at < tokens.length; at++) {
    const char = tokens[at] ?? SPACE;
    if (char === SPACE) {
      ends[++count] = end;
      [read, bits] = [0, 0];
    } else if (char !== PADDING) {
      read = (read << 6) | (values[char] ?? 0);
      bits += 6;
      if (bits < 8) continue;
      bits -= 8;
      tokens[end++] = read >> bits;
    }
  }
  return { bytes: Uint8Array.from(tokens.subarray(0, end)), ends: ends.slice(0, count + 1) };
};

/** Reads the vocabulary into a hash table of typed arrays: 5 MB, where a `Map` of strings takes several times that. */
export const loadVocabulary = (): RankOf => {
  const { bytes, ends } = decodeTokens(readTokens());
  const slots = new Uint32Array(SLOTS);
  for (let rank = 0; rank + 1 < ends.length; rank++) {
    let slot = hashOf(bytes, ends[rank] ?? 0, ends[rank + 1] ?? 0);
    while (slots[slot & (SLOTS - 1)]) slot++;
    slots[slot & (SLOTS - 1)] = rank + 1;
  }
  return (source, from, to) => {
    for (let slot = hashOf(source, from, to); ; slot++) {
      const found = slots[slot & (SLOTS - 1)] ?? 0;
      if (found === 0) return -1;
      const start = ends[found - 1] ?? 0;
      if ((ends[found] ?? 0) - start !== to - from) continue;
      let at = from;
      while (at < to && bytes[start + at - from] === source[at]) at++;
      if (at === to) return found - 1;
    }
  };
};
