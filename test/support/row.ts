import { expect, test } from "vitest";

/** One line of the table that `npm run test:fuzz` and `npm run test:faults` print. */
export type Row = { area: string; done: string; figures: string[] };

declare module "vitest" {
  interface TaskMeta {
    row?: Row;
  }
}

/** Set by `--long`: the counts of the long form. */
export const LONG = process.env["LONG"] === "1";

/** The count of the form that runs: `COUNTS="kills=100 mutants=3000"` sets single ones. */
export const count = (name: string, { short, long }: { short: number; long: number }): number => {
  const own = new RegExp(`\\b${name}=(\\d+)`).exec(process.env["COUNTS"] ?? "")?.[1];
  return own === undefined ? (LONG ? long : short) : Number(own);
};

type Bound = { atMost: number } | { atLeast: number } | { is: number } | "none";
/** Writes a measured figure into the row; one that is out of its bound makes the row not hold. */
export type Measure = (name: string, value: number, bound?: Bound) => void;

type Options = {
  area: string;
  /** What was done, with how many. */
  done: string;
  /** What is missing for it to run, if anything is. */
  needs?: string | false | undefined;
  timeoutMs?: number;
};

/** A promise with its figures. Whatever `work` throws makes it not hold, too. */
export const row = (
  { area, done, needs, timeoutMs = 600_000 }: Options,
  work: (measure: Measure) => Promise<void>,
): void =>
  test(`${area}: ${done}`, { timeout: LONG ? 10 * timeoutMs : timeoutMs }, async ({ task, skip }) => {
    const figures: string[] = [];
    task.meta.row = { area, done, figures };
    if (needs) {
      figures.push(`not run: needs ${needs}`);
      skip();
    }
    await work((name, value, bound = "none") => {
      figures.push(`${name} ${format(value)}${describe(bound)}`);
      if (bound === "none") return;
      if ("is" in bound) expect.soft(value, name).toBe(bound.is);
      if ("atMost" in bound) expect.soft(value, name).toBeLessThanOrEqual(bound.atMost);
      if ("atLeast" in bound) expect.soft(value, name).toBeGreaterThanOrEqual(bound.atLeast);
    });
  });

const format = (value: number): string => (Number.isInteger(value) ? value.toLocaleString("en") : value.toFixed(1));

const describe = (bound: Bound): string => {
  if (bound === "none") return "";
  if ("is" in bound) return ` (= ${format(bound.is)})`;
  if ("atMost" in bound) return ` (<= ${format(bound.atMost)})`;
  return ` (>= ${format(bound.atLeast)})`;
};

/** The value that `share` of all are at most. */
export const percentile = (values: number[], share: number): number =>
  values.toSorted((a, b) => a - b)[Math.ceil(values.length * share) - 1] ?? NaN;
