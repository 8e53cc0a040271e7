import type { Run } from "./runs.ts";
import { setScripts } from "./scripts.ts";

/** Runs side by side with no wide gap between them. */
export type Segment = { runs: Run[]; u0: number; u1: number; size: number };
/** What stands on one baseline, from left to right. */
export type Row = { segments: Segment[]; top: number; bottom: number };

/** A gap of this many ems may part two columns; justified text has some as well. */
const WIDE_GAP = 0.6;
/** Rows that a run may still belong to: baselines come in order, and few rows overlap. */
const OPEN_ROWS = 4;

type Draft = { runs: Run[]; top: number; bottom: number; size: number };

const overlap = (a: Draft, b: Run) =>
  (Math.min(a.bottom, b.bottom) - Math.max(a.top, b.top)) / Math.min(a.bottom - a.top, b.bottom - b.top);

const groupByBaseline = (runs: Run[]): Draft[] => {
  const rows: Draft[] = [];
  for (const run of runs.toSorted((a, b) => a.bottom - b.bottom || a.u0 - b.u0)) {
    const open = rows.slice(-OPEN_ROWS);
    const row = open.findLast((row) => overlap(row, run) >= 0.5);
    if (!row) rows.push({ runs: [run], top: run.top, bottom: run.bottom, size: run.size });
    else {
      row.runs.push(run);
      if (run.size > row.size) Object.assign(row, { top: run.top, bottom: run.bottom, size: run.size });
    }
  }
  return rows;
};

/** Bold is often faked by drawing a text twice. */
const isTwin = (a: Run | undefined, b: Run) =>
  a !== undefined &&
  a.text === b.text &&
  Math.abs(a.u0 - b.u0) < 0.15 * b.size &&
  Math.abs(a.bottom - b.bottom) < 0.15 * b.size;

const toSegments = (runs: Run[]): Segment[] => {
  const segments: Segment[] = [];
  let previous: Run | undefined;
  for (const run of runs.toSorted((a, b) => a.u0 - b.u0)) {
    if (isTwin(previous, run)) continue;
    previous = run;
    const last = segments.at(-1);
    const blank = !run.text.trim();
    if (last && (run.u0 - last.u1 <= WIDE_GAP * Math.max(run.size, last.size) || blank)) {
      last.runs.push(run);
      if (blank) continue;
      last.u1 = Math.max(last.u1, run.u1);
      last.size = Math.max(last.size, run.size);
    } else if (!blank) segments.push({ runs: [run], u0: run.u0, u1: run.u1, size: run.size });
  }
  return segments;
};

const withScripts = (segment: Segment): Segment => ({ ...segment, runs: setScripts(segment.runs) });

/** Runs of one turn as rows from top to bottom. */
export const toRows = (runs: Run[]): Row[] =>
  groupByBaseline(runs)
    .map(({ runs, top, bottom }) => ({ segments: toSegments(runs).map(withScripts), top, bottom }))
    .filter(({ segments }) => segments.length > 0);
