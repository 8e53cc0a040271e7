import { inTenant, searchChunks, type SearchRow } from "../../db/index.ts";
import type { SearchInput } from "../contract/files.ts";
import type { TenantContext } from "../context.ts";
import { record } from "../ledger.ts";
import { wordsOf } from "../text/words.ts";
import { countTokens } from "../tokens.ts";

export type Retrieved = SearchRow;

type Query = { query: string; fileIds?: readonly string[] | undefined; limit: number };

/**
 * The passages of the tenant's ready files that fit a query best, best first: vector and full text fused by reciprocal
 * rank. Throws `MODEL_UNAVAILABLE` or `MODEL_TIMEOUT` when the query cannot be embedded.
 */
export const retrieve = async (
  { app, tenantId, userId }: TenantContext,
  { query, fileIds, limit }: Query,
  signal?: AbortSignal,
): Promise<Retrieved[]> => {
  const { vectors, tokens } = await app.model.embed([query], "query", signal);
  const [vector] = vectors;
  if (!vector) throw new Error("an embedding without a vector");
  const model = app.model.embedding.model;
  const words = wordsOf(query).join(" ");
  return inTenant(app.db, tenantId, async (trx) => {
    await record(trx, { kind: "embedding", model, userId, embeddingTokens: tokens ?? countTokens(query) });
    const { dimensions } = app.model.embedding;
    const semantic = { space: { id: app.embeddingModelId, name: model, dimensions }, vector };
    return searchChunks(trx, { semantic, words, fileIds, limit });
  });
};

/** What chat would read for this question, for anyone who wants to see it. */
export const search = async (ctx: TenantContext, { query, fileIds, limit }: SearchInput) => {
  const rows = await retrieve(ctx, { query, fileIds, limit: limit ?? ctx.app.config.topK });
  return {
    hits: rows.map((row) => ({
      fileId: row.file_id,
      fileName: row.file_name,
      page: row.page_from,
      pageEnd: row.page_to,
      text: row.text,
      rank: row.rank,
    })),
  };
};
