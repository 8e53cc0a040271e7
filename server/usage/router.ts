import * as contract from "../contract/usage.ts";
import { memberProcedure, router } from "../trpc.ts";
import { usageByTime, usageSummary } from "./report.ts";

export const usageRouter = router({
  summary: memberProcedure
    .meta({ description: "What the caller spent in the last 24 hours and 7 days; for an admin the tenant's too." })
    .output(contract.UsageSummary)
    .query(({ ctx }) => usageSummary(ctx.tenant)),
  series: memberProcedure
    .meta({ description: "The caller's usage by UTC day or hour, for charts." })
    .input(contract.UsageSeriesInput)
    .output(contract.UsageSeries)
    .query(({ ctx, input }) => usageByTime(ctx.tenant, input)),
});
