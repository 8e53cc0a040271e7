/** A token bucket: `burst` at once, and `perSecond` more as time goes by. */
export const createBucket = (
  { burst, perSecond }: { burst: number; perSecond: number },
  now: () => number = () => performance.now(),
): { take(): boolean } => {
  let left = burst;
  let since = now();
  return {
    take: () => {
      const at = now();
      left = Math.min(burst, left + ((at - since) / 1_000) * perSecond);
      since = at;
      if (left < 1) return false;
      left -= 1;
      return true;
    },
  };
};
