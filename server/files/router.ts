import { untilEnded } from "../auth/until-ended.ts";
import * as contract from "../contract/files.ts";
import { Done } from "../contract/auth.ts";
import { memberProcedure, router } from "../trpc.ts";
import { search } from "../retrieval/search.ts";
import { get, list, page, remove, retry } from "./files.ts";
import { retryFailed } from "./retry-failed.ts";
import { watch } from "./watch.ts";

export const filesRouter = router({
  list: memberProcedure
    .meta({ description: "The tenant's files, newest first." })
    .input(contract.ListFilesInput)
    .output(contract.ListFilesOutput)
    .query(({ ctx, input }) => list(ctx.tenant, input)),
  get: memberProcedure
    .meta({ description: "One file." })
    .input(contract.FileIdInput)
    .output(contract.File)
    .query(({ ctx, input }) => get(ctx.tenant, input)),
  remove: memberProcedure
    .meta({ description: "Removes a file and all that was made of it." })
    .input(contract.FileIdInput)
    .output(Done)
    .mutation(({ ctx, input }) => remove(ctx.tenant, input)),
  retry: memberProcedure
    .meta({ description: "Ingests a failed file again." })
    .input(contract.FileIdInput)
    .output(contract.File)
    .mutation(({ ctx, input }) => retry(ctx.tenant, input)),
  retryFailed: memberProcedure
    .meta({
      description: "Ingests all failed files again, or those that failed for the given reasons. Returns their number.",
    })
    .input(contract.RetryFailedInput)
    .output(contract.RetryFailedOutput)
    .mutation(({ ctx, input }) => retryFailed(ctx.tenant, input)),
  watch: memberProcedure
    .meta({ description: "A file's state now and at each change; without an id, every file's." })
    .input(contract.WatchFilesInput)
    .subscription(({ ctx, input, signal }) => untilEnded(ctx, signal, (ended) => watch(ctx.tenant, input, ended))),
  page: memberProcedure
    .meta({ description: "A page's text with its lines' places, for highlighting." })
    .input(contract.FilePageInput)
    .output(contract.FilePage)
    .query(({ ctx, input }) => page(ctx.tenant, input)),
  search: memberProcedure
    .meta({ description: "The passages that an answer to this question would be built from." })
    .input(contract.SearchInput)
    .output(contract.SearchOutput)
    .query(({ ctx, input }) => search(ctx.tenant, input)),
});
