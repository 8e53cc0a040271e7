import { z } from "zod";

/** Sums over a window. `costUsd` comes from the price table; models that are not in it cost 0. */
export const UsageTotals = z.object({
  requests: z.int(),
  promptTokens: z.int(),
  completionTokens: z.int(),
  embeddingTokens: z.int(),
  costUsd: z.number(),
});
export type UsageTotals = z.infer<typeof UsageTotals>;

const Windows = z.object({ last24h: UsageTotals, last7d: UsageTotals });

/** The caller's own usage; for an admin also the whole tenant's. */
export const UsageSummary = Windows.extend({ tenant: Windows.optional() });
export type UsageSummary = z.infer<typeof UsageSummary>;

export const UsageSeriesInput = z.object({
  days: z.int().min(1).max(90).default(7),
  by: z.enum(["day", "hour"]).default("day"),
});
export type UsageSeriesInput = z.infer<typeof UsageSeriesInput>;

/** `start` is the beginning of the bucket, UTC; buckets without usage are there, with zeros. */
export const UsageSeries = z.object({ items: z.array(UsageTotals.extend({ start: z.date() })) });
export type UsageSeries = z.infer<typeof UsageSeries>;
