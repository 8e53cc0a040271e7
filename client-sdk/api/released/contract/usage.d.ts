import { z } from "zod";
/** Sums over a window. `costUsd` comes from the price table; models that are not in it cost 0. */
export declare const UsageTotals: z.ZodObject<{
    requests: z.ZodInt;
    promptTokens: z.ZodInt;
    completionTokens: z.ZodInt;
    embeddingTokens: z.ZodInt;
    costUsd: z.ZodNumber;
}, z.core.$strip>;
export type UsageTotals = z.infer<typeof UsageTotals>;
/** The caller's own usage; for an admin also the whole tenant's. */
export declare const UsageSummary: z.ZodObject<{
    last24h: z.ZodObject<{
        requests: z.ZodInt;
        promptTokens: z.ZodInt;
        completionTokens: z.ZodInt;
        embeddingTokens: z.ZodInt;
        costUsd: z.ZodNumber;
    }, z.core.$strip>;
    last7d: z.ZodObject<{
        requests: z.ZodInt;
        promptTokens: z.ZodInt;
        completionTokens: z.ZodInt;
        embeddingTokens: z.ZodInt;
        costUsd: z.ZodNumber;
    }, z.core.$strip>;
    tenant: z.ZodOptional<z.ZodObject<{
        last24h: z.ZodObject<{
            requests: z.ZodInt;
            promptTokens: z.ZodInt;
            completionTokens: z.ZodInt;
            embeddingTokens: z.ZodInt;
            costUsd: z.ZodNumber;
        }, z.core.$strip>;
        last7d: z.ZodObject<{
            requests: z.ZodInt;
            promptTokens: z.ZodInt;
            completionTokens: z.ZodInt;
            embeddingTokens: z.ZodInt;
            costUsd: z.ZodNumber;
        }, z.core.$strip>;
    }, z.core.$strip>>;
}, z.core.$strip>;
export type UsageSummary = z.infer<typeof UsageSummary>;
export declare const UsageSeriesInput: z.ZodObject<{
    days: z.ZodDefault<z.ZodInt>;
    by: z.ZodDefault<z.ZodEnum<{
        day: "day";
        hour: "hour";
    }>>;
}, z.core.$strip>;
export type UsageSeriesInput = z.infer<typeof UsageSeriesInput>;
/** `start` is the beginning of the bucket, UTC; buckets without usage are there, with zeros. */
export declare const UsageSeries: z.ZodObject<{
    items: z.ZodArray<z.ZodObject<{
        requests: z.ZodInt;
        promptTokens: z.ZodInt;
        completionTokens: z.ZodInt;
        embeddingTokens: z.ZodInt;
        costUsd: z.ZodNumber;
        start: z.ZodDate;
    }, z.core.$strip>>;
}, z.core.$strip>;
export type UsageSeries = z.infer<typeof UsageSeries>;