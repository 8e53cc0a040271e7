/** Exponential with full jitter, so that clients do not come back all at once after a restart. */
export const backoffMs = (attempt: number): number => Math.random() * Math.min(10_000, 250 * 2 ** attempt);
