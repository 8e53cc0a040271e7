import { COLUMNS, type Column, type Rows } from "./rows.ts";

const SEARCH: Column[] = [
  "questions",
  "hit1",
  "hit6",
  "recall6",
  "mrr",
  "ndcg10",
  "pageBm25",
  "searchP50Ms",
  "searchP95Ms",
];
const ANSWERS: Column[] = [
  "asked",
  "first",
  "whole",
  "judged",
  "opens",
  "citationPrecision",
  "citationRecall",
  "verbatim",
  "firstP95Ms",
];
const REFUSALS: Column[] = ["asked", "refusalPrecision", "refusalRecall", "refusalF1", "answered"];
const FOLLOW_UPS: Column[] = ["asked", "followUp", "rewritten", "keptAlone"];

const TABLES: [title: string, columns: Column[]][] = [
  ["Search", SEARCH],
  ["Answers", ANSWERS],
  ["Refusals", REFUSALS],
  ["Follow-ups", FOLLOW_UPS],
];

const format = (column: Column, value: number | undefined): string => {
  if (value === undefined) return "";
  if (column.endsWith("Ms")) return value.toFixed(1);
  return column === "questions" || column === "asked" ? String(value) : value.toFixed(3);
};

/** The rows as Markdown, a table each for search, answers, refusals and follow-ups; empty columns are left out. */
export const toTables = (rows: Rows): string =>
  TABLES.flatMap(([title, columns]) => toTable(title, columns, rows)).join("\n\n");

const COUNTS = new Set<Column>(["questions", "asked"]);

const toTable = (title: string, columns: Column[], rows: Rows): string[] => {
  const telling = columns.filter((column) => !COUNTS.has(column));
  const shown = Object.entries(rows).filter(([, row]) => telling.some((column) => row[column] !== undefined));
  if (shown.length === 0) return [];
  const used = columns.filter((column) => shown.some(([, row]) => row[column] !== undefined));
  return [
    grid([
      [title, ...used.map((column) => COLUMNS[column])],
      ...shown.map(([part, row]) => [part, ...used.map((column) => format(column, row[column]))]),
    ]),
  ];
};

/** A Markdown table with aligned columns, the first to the left. */
export const grid = (cells: string[][]): string => {
  const [head = [], ...body] = cells;
  const widths = head.map((_, at) => Math.max(3, ...cells.map((row) => row[at]?.length ?? 0)));
  const line = (row: string[]) =>
    `| ${row.map((cell, at) => (at === 0 ? cell.padEnd(widths[at] ?? 0) : cell.padStart(widths[at] ?? 0))).join(" | ")} |`;
  const rule = widths.map((width, at) => (at === 0 ? "-".repeat(width) : `${"-".repeat(width - 1)}:`));
  return [line(head), line(rule), ...body.map(line)].join("\n");
};
