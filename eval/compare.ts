import { COLUMNS, type Column, type Rows } from "./rows.ts";
import { grid } from "./table.ts";

/** How far a gated figure may fall below the baseline. Times are never gated: they tell of the machine. */
const TOLERANCE: Partial<Record<Column, number>> = {
  hit1: 0.02,
  hit6: 0.01,
  recall6: 0.01,
  mrr: 0.015,
  ndcg10: 0.015,
  first: 0.015,
  whole: 0.015,
  opens: 0.015,
  citationPrecision: 0.005,
  citationRecall: 0.01,
  verbatim: 0,
  refusalF1: 0.02,
  refusalRecall: 0.03,
  answered: 0.02,
  followUp: 0.05,
  rewritten: 0.05,
  keptAlone: 0.05,
};

export type Difference = { part: string; column: Column; before: number; after: number; fails: boolean };

/** What differs in rows that both have; a gate fails where a figure falls below its tolerance, or is gone. */
export const compare = (before: Rows, after: Rows): Difference[] =>
  Object.entries(after).flatMap(([part, row]) =>
    (Object.keys(COLUMNS) as Column[]).flatMap((column): Difference[] => {
      const [was, is] = [before[part]?.[column], row[column]];
      if (was === undefined || is === was || column.endsWith("Ms")) return [];
      const tolerance = TOLERANCE[column];
      const fails = tolerance !== undefined && (is === undefined || is < was - tolerance - 1e-9);
      return [{ part, column, before: was, after: is ?? NaN, fails }];
    }),
  );

export const toDiff = (differences: readonly Difference[]): string =>
  differences.length === 0
    ? "No difference."
    : grid([
        ["Difference", "figure", "before", "after", "change", ""],
        ...differences.map(({ part, column, before, after, fails }) => [
          part,
          COLUMNS[column],
          before.toFixed(3),
          after.toFixed(3),
          `${after >= before ? "+" : ""}${(after - before).toFixed(3)}`,
          fails ? "GATE" : "",
        ]),
      ]);
