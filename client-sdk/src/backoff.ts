/**
 * Exponential backoff with full jitter, up to 10 s, so that clients do not reconnect at the same moment after a restart.
 * `attempt` counts from 0.
 */
export const backoffMs = (attempt: number): number => Math.random() * Math.min(10_000, 250 * 2 ** attempt);
