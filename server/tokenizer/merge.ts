import type { RankOf } from "./vocabulary.ts";

/** A pair's rank and place in one number of 32 bits, in the order of merging: lowest rank first, then leftmost. */
const PLACE_BITS = 14;
/** The longest piece in bytes. */
export const MAX_PIECE_BYTES = 1 << PLACE_BITS;
const NONE = -1;

/** A binary heap of numbers, smallest first. */
const createHeap = (capacity: number) => {
  const keys = new Uint32Array(capacity);
  let size = 0;
  return {
    push: (key: number): void => {
      let at = size++;
      while (at > 0) {
        const parent = (at - 1) >> 1;
        if ((keys[parent] as number) <= key) break;
        keys[at] = keys[parent] as number;
        at = parent;
      }
      keys[at] = key;
    },
    pop: (): number => {
      if (size === 0) return NONE;
      const first = keys[0] as number;
      const last = keys[--size] as number;
      let at = 0;
      for (let child = 1; child < size; child = 2 * at + 1) {
        if (child + 1 < size && (keys[child + 1] as number) < (keys[child] as number)) child++;
        if ((keys[child] as number) >= last) break;
        keys[at] = keys[child] as number;
        at = child;
      }
      keys[at] = last;
      return first;
    },
  };
};

/** Tokens of `bytes` up to `length`: how many, and after how many bytes the first `max` of them end. */
export type Merge = (bytes: Uint8Array, length: number, max?: number) => { tokens: number; end: number };

/**
 * Byte-pair encoding (R. Sennrich et al., ACL 2016): of all neighbours, the pair with the lowest rank becomes one, until
 * no pair is a token. The heap keeps that at n log n for runs without a space, where scanning takes n².
 */
export const createMerge = (rankOf: RankOf): Merge => {
  /** By a part's first byte: where the next and the previous part begin, and the rank of the pair that it begins. */
  const next = new Int32Array(MAX_PIECE_BYTES + 1);
  const previous = new Int32Array(MAX_PIECE_BYTES + 1);
  const ranks = new Int32Array(MAX_PIECE_BYTES + 1);
  // Each merge takes a pair out of the list and pushes two.
  const heap = createHeap(3 * MAX_PIECE_BYTES);

  return (bytes, length, max = Infinity) => {
    const rankPair = (at: number): void => {
      const second = next[at] as number;
      const rank = second < length ? rankOf(bytes, at, next[second] as number) : NONE;
      ranks[at] = rank;
      if (rank !== NONE) heap.push(rank * MAX_PIECE_BYTES + at);
    };
    for (let at = 0; at <= length; at++) [next[at], previous[at]] = [at + 1, at - 1];
    for (let at = 0; at < length; at++) rankPair(at);
    let tokens = length;
    for (let key = heap.pop(); key !== NONE; key = heap.pop()) {
      const at = key & (MAX_PIECE_BYTES - 1);
      if (ranks[at] !== key >>> PLACE_BITS) continue;
      const second = next[at] as number;
      const third = next[second] as number;
      ranks[second] = NONE;
      next[at] = third;
      previous[third] = at;
      tokens--;
      rankPair(at);
      if (at > 0) rankPair(previous[at] as number);
    }
    let end = 0;
    for (let taken = 0; taken < max && end < length; taken++) end = next[end] as number;
    return { tokens, end };
  };
};
