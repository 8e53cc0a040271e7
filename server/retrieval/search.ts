import {
  askTenant,
  chooseWay,
  findOpenings,
  findServedModel,
  searchChunks,
  type SearchQuery,
  type SearchRow,
  type TenantDb,
  type VectorSpace,
} from "../../db/index.ts";
import type { SearchInput } from "../contract/files.ts";
import type { TenantContext } from "../context.ts";
import { configuredSpace, embedderFor } from "../embedder.ts";
import { ReasonError } from "../errors.ts";
import { newId } from "../id.ts";
import { record } from "../ledger.ts";
import { reserving } from "../quota.ts";
import { countTokens } from "../tokens.ts";
import { asksByName, namedIn } from "./named.ts";
import { queryWords } from "./query-words.ts";
import { rerank } from "./rerank.ts";

export type Retrieved = SearchRow;

type Query = { query: string; fileIds?: readonly string[] | undefined; limit: number };

/** As many of the fused ranks are compared word by word. */
const CANDIDATES = 40;
/** A longer query is a pasted text: passages are compared with its two ends, its vector holds all of it. */
const MAX_LEXICAL_CHARS = 2_000;
/** What a fused rank is worth in a document that the query does not name, where it names others. */
const UNNAMED = 0.5;

/**
 * The passages of the tenant's ready files that fit a query best, best first: vector and full text fused by reciprocal
 * rank, the first of them ranked again by their words, those of documents that the query names before the rest. While a
 * tenant is served from the space of an older model, the query is embedded there; where that cannot be reached any more,
 * full text serves alone. Throws `MODEL_UNAVAILABLE` or `MODEL_TIMEOUT` when the query cannot be embedded in the
 * configured space.
 */
export const retrieve = async (ctx: TenantContext, query: Query, signal?: AbortSignal): Promise<Retrieved[]> => {
  let space = configuredSpace(ctx.app);
  for (;;) {
    const found = await retrieveIn(ctx, { ...query, space }, signal);
    if ("best" in found) return found.best;
    space = found.served;
  }
};

type Found = { best: Retrieved[] } | { served: VectorSpace };

/** Finds by vectors of this space, or tells that the tenant is served from another. */
const retrieveIn = async (
  ctx: TenantContext,
  { query, fileIds, limit, space }: Query & { space: VectorSpace },
  signal?: AbortSignal,
): Promise<Found> => {
  const { app, tenantId, userId } = ctx;
  const embedded = await embedQuery(ctx, { query, space }, signal);
  const semantic = embedded?.vector && { space, vector: embedded.vector };
  const asked = endsOf(query);
  const words = queryWords(asked);
  const wanted = await bestWay(ctx, { semantic, words, fileIds, limit: Math.max(CANDIDATES, limit) });
  // Sent together: hardly ever is the tenant served from another space. What was found is ranked meanwhile.
  const [{ rows, best }, served] = await askTenant(app.db, tenantId, (trx) =>
    Promise.all([
      searchChunks(trx, wanted).then((rows) => ({
        rows,
        best: mayName(asked, rows) ? undefined : rerank(asked, rows, limit),
      })),
      embedded && findServedModel(trx),
      embedded &&
        record(trx, {
          kind: "embedding",
          model: space.name,
          userId,
          embeddingTokens: embedded.tokens ?? countTokens(query),
        }),
    ]),
  );
  if (served && served.id !== space.id) return { served };
  return { best: best ?? rerank(asked, await preferNamed(ctx, asked, { wanted, rows }), limit) };
};

const endsOf = (query: string): string =>
  query.length <= MAX_LEXICAL_CHARS
    ? query
    : `${query.slice(0, MAX_LEXICAL_CHARS / 2)} ${query.slice(-MAX_LEXICAL_CHARS / 2)}`;

const bestWay = async ({ app, tenantId }: TenantContext, query: SearchQuery): Promise<SearchQuery> => ({
  ...query,
  way: await chooseWay(app.db, tenantId, query),
});

const mayName = (query: string, rows: readonly Retrieved[]): boolean => {
  const names = new Map(rows.map((row) => [row.file_id, row.file_name]));
  return names.size >= 2 && asksByName(query, names.values());
};

/**
 * Documents that the query names are searched by themselves: among many of their kind, as the reports of one company,
 * the others' passages take the places of theirs.
 */
const preferNamed = async (
  ctx: TenantContext,
  query: string,
  { wanted, rows }: { wanted: SearchQuery; rows: Retrieved[] },
): Promise<Retrieved[]> => {
  const ask = <T>(work: (trx: TenantDb) => Promise<T>) => askTenant(ctx.app.db, ctx.tenantId, work);
  const fileIds = [...new Set(rows.map((row) => row.file_id))];
  const named = namedIn(query, await ask((trx) => findOpenings(trx, fileIds)));
  if (named.size === 0) return rows;
  const within = await bestWay(ctx, { ...wanted, fileIds: [...named] });
  const others = rows.filter((row) => !named.has(row.file_id));
  return [
    ...(await ask((trx) => searchChunks(trx, within))),
    ...others.map((row) => ({ ...row, rank: row.rank * UNNAMED })),
  ];
};

const embedQuery = async (
  { app }: TenantContext,
  { query, space }: { query: string; space: VectorSpace },
  signal?: AbortSignal,
): Promise<{ vector: Float32Array | undefined; tokens: number | undefined } | undefined> => {
  try {
    const embedded = await embedderFor(app, space)?.embed([query], "query", signal);
    if (!embedded) return undefined;
    const [vector] = embedded.vectors;
    if (!vector) throw new Error("an embedding without a vector");
    // A vector without a direction is as near to one passage as to another: words decide alone.
    return { vector: vector.some((value) => value !== 0) ? vector : undefined, tokens: embedded.tokens };
  } catch (error) {
    if (space.id === app.embeddingModelId || !(error instanceof ReasonError)) throw error;
    return undefined;
  }
};

/** What chat would read for this question, for anyone who wants to see it. Throws `QUOTA_EXCEEDED`. */
export const search = async (ctx: TenantContext, { query, fileIds, limit }: SearchInput) => {
  const wanted = {
    key: `search:${newId()}`,
    userId: ctx.userId,
    need: () => ({ requests: 0, tokens: countTokens(query) }),
  };
  const rows = await reserving(ctx, wanted, () =>
    retrieve(ctx, { query, fileIds, limit: limit ?? ctx.app.config.topK }),
  );
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
