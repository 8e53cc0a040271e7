/** Rows of a CSV file with a heading (RFC 4180), by the names of its columns. */
export const parseCsv = (text: string): Record<string, string>[] => {
  const [names = [], ...rows] = records(text.replace(/^\ufeff/, ""));
  return rows.map((row) => Object.fromEntries(names.map((name, at) => [name, row[at] ?? ""])));
};

const CELL = /(?:"((?:[^"]|"")*)"|([^",\r\n]*))(,|\r?\n|$)/gy;

const records = (text: string): string[][] => {
  const rows: string[][] = [];
  let row: string[] = [];
  for (const [all, quoted, plain, end] of text.matchAll(CELL)) {
    if (all === "" && row.length === 0) break;
    row.push(quoted?.replaceAll('""', '"') ?? plain ?? "");
    if (end === ",") continue;
    rows.push(row);
    row = [];
  }
  return rows;
};
