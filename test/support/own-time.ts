const TICK_MS = 5;
const MOST_MS = 2 * TICK_MS;

/**
 * How long work took of the time that this process had. On a crowded machine it stands still now and then: a timer of
 * 5 ms fires late, and what it is late by is nobody's fault here and not counted.
 */
export const inOwnTime = async <T>(work: () => Promise<T>): Promise<{ result: T; ms: number }> => {
  let ms = 0;
  let last = performance.now();
  const tick = () => {
    const now = performance.now();
    ms += Math.min(now - last, MOST_MS);
    last = now;
  };
  const ticking = setInterval(tick, TICK_MS);
  try {
    const result = await work();
    tick();
    return { result, ms };
  } finally {
    clearInterval(ticking);
  }
};
