import type { LimitRule } from "./key-value.ts";

/** The library counts windows in seconds and cannot do with less than one. A rule's name stands for one rule only. */
export const limiterOptions = ({ name, points, windowMs }: LimitRule) => ({
  keyPrefix: `docuchat:limit:${name}`,
  points,
  duration: Math.max(windowMs, 1_000) / 1_000,
});
