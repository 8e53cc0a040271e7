import { mean, percentile } from "./metrics.ts";
import type { Measured } from "./measure.ts";

/** One row of the table: shares from 0 to 1, times in milliseconds; undefined where nothing was measured. */
export type Row = Partial<Record<Column, number>>;
export type Rows = Record<string, Row>;

export const COLUMNS = {
  questions: "questions",
  hit1: "page-hit@1",
  hit6: "page-hit@6",
  recall6: "chunk recall@6",
  mrr: "MRR",
  ndcg10: "nDCG@10",
  pageBm25: "hit@6 of BM25 over pages",
  searchP50Ms: "search p50 ms",
  searchP95Ms: "search p95 ms",
  asked: "asked",
  first: "gold in first sentence",
  whole: "gold in answer",
  judged: "judged right",
  opens: "citation opens page",
  citationPrecision: "citation precision",
  citationRecall: "citation recall",
  verbatim: "quotes verbatim",
  refusalPrecision: "refusal precision",
  refusalRecall: "refusal recall",
  refusalF1: "refusal F1",
  answered: "answerable answered",
  followUp: "page of the answer cited",
  rewritten: "rewritten when leaning",
  keptAlone: "kept when it stands",
  firstP95Ms: "first words p95 ms",
} as const;
export type Column = keyof typeof COLUMNS;

const share = (flags: readonly (boolean | undefined)[]): number | undefined =>
  mean(flags.filter((flag) => flag !== undefined).map(Number));

const ratio = (part: number, whole: number): number | undefined => (whole === 0 ? undefined : part / whole);

export const toRows = (measured: readonly Measured[]): Rows =>
  Object.fromEntries([...Map.groupBy(measured, ({ part }) => part)].map(([part, group]) => [part, toRow(group)]));

const toRow = (group: Measured[]): Row =>
  Object.fromEntries(
    Object.entries({ ...searchColumns(group), ...answerColumns(group), ...refusalColumns(group) })
      .filter(([, value]) => value !== undefined)
      .map(([column, value]) => [column, Number((value ?? 0).toFixed(4))]),
  );

const searchColumns = (group: Measured[]) => {
  const searched = group.flatMap((one) => one.searched ?? []);
  const within = (depth: number) => share(searched.map(({ rank }) => rank !== undefined && rank <= depth));
  const pages = group.filter(({ pageRank }) => pageRank !== undefined);
  return {
    questions: group.length,
    hit1: within(1),
    hit6: within(6),
    recall6: mean(searched.flatMap(({ recall }) => recall ?? [])),
    mrr: mean(searched.map(({ rank }) => (rank === undefined ? 0 : 1 / rank))),
    ndcg10: mean(searched.map(({ ndcg }) => ndcg)),
    pageBm25: share(pages.map(({ pageRank = 0 }) => pageRank <= 6)),
    searchP50Ms: percentile(
      searched.map(({ ms }) => ms),
      0.5,
    ),
    searchP95Ms: percentile(
      searched.map(({ ms }) => ms),
      0.95,
    ),
  };
};

const answerColumns = (group: Measured[]) => {
  const asked = group.flatMap((one) => one.asked ?? []);
  const sum = (count: (one: (typeof asked)[number]) => number) => asked.reduce((total, one) => total + count(one), 0);
  const cited = sum(({ citations }) => citations.count);
  return {
    asked: asked.length,
    first: share(asked.map(({ firstSentence }) => firstSentence)),
    whole: share(asked.map(({ whole }) => whole)),
    judged: share(asked.map(({ judged }) => judged)),
    opens: share(asked.map(({ opensPage }) => opensPage)),
    citationPrecision: ratio(
      sum(({ citations }) => citations.supporting),
      cited,
    ),
    citationRecall: ratio(
      sum(({ statements }) => statements.supported),
      sum(({ statements }) => statements.count),
    ),
    verbatim: ratio(
      sum(({ citations }) => citations.verbatim),
      cited,
    ),
    followUp: share(asked.filter(({ leans }) => leans).map(({ followed }) => followed)),
    rewritten: share(asked.filter(({ leans }) => leans === true).map(({ rewritten }) => rewritten)),
    keptAlone: share(asked.filter(({ leans }) => leans === false).map(({ rewritten }) => !rewritten)),
    firstP95Ms: percentile(
      asked.map(({ firstMs }) => firstMs),
      0.95,
    ),
  };
};

/** Refusing is right where the documents do not tell. Precision and F1 need questions of both kinds. */
const refusalColumns = (group: Measured[]) => {
  const asked = group.filter((one) => one.asked !== undefined);
  const unanswerable = asked.filter(({ answerable }) => !answerable);
  const refused = asked.filter((one) => one.asked?.refused);
  const right = refused.filter(({ answerable }) => !answerable).length;
  const mixed = unanswerable.length > 0 && unanswerable.length < asked.length;
  return {
    refusalPrecision: mixed ? ratio(right, refused.length) : undefined,
    refusalRecall: ratio(right, unanswerable.length),
    refusalF1: mixed ? ratio(2 * right, refused.length + unanswerable.length) : undefined,
    answered: ratio(asked.length - unanswerable.length - refused.length + right, asked.length - unanswerable.length),
  };
};
