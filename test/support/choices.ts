/** Random choices that a seed repeats: `SEED=<number>`, printed with each run. */
export type Random = {
  seed: number;
  /** From 0 to `below`, which is left out. */
  int(below: number): number;
  chance(share: number): boolean;
  pick<T>(from: readonly T[]): T;
  bytes(length: number): Buffer;
};

export const createRandom = (seed = Number(process.env["SEED"] ?? Date.now() % 1e9)): Random => {
  let state = seed >>> 0;
  // Mulberry32.
  const next = () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let t = state;
    t = Math.imul(t ^ (t >>> 15), t | 1);
    t ^= t + Math.imul(t ^ (t >>> 7), t | 61);
    return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32;
  };
  const int = (below: number) => Math.floor(next() * below);
  return {
    seed,
    int,
    chance: (share) => next() < share,
    pick: (from) => {
      const picked = from[int(from.length)];
      if (picked === undefined) throw new Error("nothing to pick from");
      return picked;
    },
    bytes: (length) => Buffer.from(Array.from({ length }, () => int(256))),
  };
};

/** A copy with a few bytes changed, put in, taken out or doubled. */
export const mutateBytes = (random: Random, original: Buffer, changes = 1 + random.int(4)): Buffer => {
  let bytes = original;
  for (let change = 0; change < changes; change++) {
    const at = random.int(bytes.length + 1);
    const length = 1 + random.int(random.chance(0.1) ? 64 : 4);
    const [before, piece, after] = [
      bytes.subarray(0, at),
      bytes.subarray(at, at + length),
      bytes.subarray(at + length),
    ];
    const between = random.pick([
      () => random.bytes(piece.length),
      () => Buffer.concat([random.bytes(length), piece]),
      () => Buffer.alloc(0),
      () => Buffer.concat([piece, piece]),
      () => Buffer.from(piece.map((byte) => byte ^ (1 << random.int(8)))),
    ])();
    bytes = Buffer.concat([before, between, after]);
  }
  return bytes;
};
