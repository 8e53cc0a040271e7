import { askTenant, findChunksAt, type ChunkRow } from "../../db/index.ts";
import type { TenantContext } from "../context.ts";
import type { Retrieved } from "./search.ts";

type Span = ChunkRow["spans"][number];
/** What the model reads of a passage. `text` is its spans' texts, one character between each two of them. */
export type Reading = { text: string; spans: Span[]; tokens: number };

/** A passage that was found, and what is read with it. */
export type Expanded = Retrieved & { read: Reading };

/** As many of the best passages are read with what stands around them; each may come to three times its tokens. */
const EXPANDED = 3;

/** Tokens that the context has left. */
const createBudget = (tokens: number) => {
  let left = tokens;
  return {
    /** Spends tokens if that many are left. */
    trySpend: (wanted: number): boolean => {
      if (wanted > left) return false;
      left -= wanted;
      return true;
    },
  };
};

/**
 * Selects passages, best first, up to the context's token budget. The best ones are expanded with the passages right after
 * and before them in their section as far as the budget allows, without the text that two passages share.
 */
export const expand = async (ctx: TenantContext, passages: readonly Retrieved[]): Promise<Expanded[]> => {
  const budget = createBudget(ctx.app.config.maxContextTokens);
  const selected = passages.filter(({ tokens }) => budget.trySpend(tokens));
  const around = await findAround(ctx, selected.slice(0, EXPANDED));
  for (const passage of selected) around.delete(placeOf(passage));
  return selected.map((passage) => {
    const take = (step: number): ChunkRow[] => {
      const place = placeOf(passage, step);
      const neighbour = around.get(place);
      if (!neighbour || neighbour.section !== passage.section) return [];
      // A neighbour belongs to one passage, whether the budget has room for it or not.
      around.delete(place);
      return budget.trySpend(neighbour.tokens) ? [neighbour] : [];
    };
    const [after, before] = [take(1), take(-1)];
    return { ...passage, read: [...before, passage, ...after].map(readingOf).reduce(join) };
  });
};

type Place = Pick<ChunkRow, "file_id" | "ordinal">;
const placeOf = ({ file_id, ordinal }: Place, step = 0): string => `${file_id} ${ordinal + step}`;

/** The passages right before and after these. */
const findAround = async (ctx: TenantContext, found: readonly Place[]): Promise<Map<string, ChunkRow>> => {
  if (found.length === 0) return new Map();
  const places = found.flatMap(({ file_id, ordinal }) => [-1, 1].map((step) => ({ file_id, ordinal: ordinal + step })));
  const rows = await askTenant(ctx.app.db, ctx.tenantId, (trx) => findChunksAt(trx, places));
  return new Map(rows.map((row) => [placeOf(row), row]));
};

const readingOf = ({ text, spans, tokens }: ChunkRow): Reading => ({ text, spans, tokens });

/** Two passages that follow each other as one: what the second repeats of the first is left out. */
const join = (first: Reading, second: Reading): Reading => {
  const { text, spans } = partAfter(second, first.spans);
  if (text === "") return first;
  return {
    text: `${first.text}\n${text}`,
    spans: [...first.spans, ...spans],
    tokens: first.tokens + second.tokens,
  };
};

/** The part of a reading that comes after what others begin with. */
const partAfter = ({ text, spans }: Reading, known: readonly Span[]): Omit<Reading, "tokens"> => {
  let at = 0;
  for (const [index, span] of spans.entries()) {
    const length = span.end - span.start;
    const repeated = lengthIn(span, known);
    if (repeated < length) {
      const part = text.slice(at + repeated);
      const gap = repeated === 0 ? 0 : Math.min(length - repeated, part.length - part.trimStart().length);
      const rest = { ...span, start: span.start + repeated + gap };
      return { text: part.slice(gap), spans: [rest, ...spans.slice(index + 1)] };
    }
    at += length + 1;
  }
  return { text: "", spans: [] };
};

/** How much of a span's beginning others have too: notes come after text of a later page, so pages do not tell. */
const lengthIn = (span: Span, known: readonly Span[]): number =>
  known.reduce((most, { page, start, end }) => {
    const covers = page === span.page && start <= span.start && span.start < end;
    return covers ? Math.max(most, Math.min(end, span.end) - span.start) : most;
  }, 0);
