// `node eval/text/words.ts [--json file] [pdf or folder ...]`: word agreement with pdftotext, file by file, as a table.
import { existsSync, readdirSync, statSync, writeFileSync } from "node:fs";
import { basename, join } from "node:path";
import { parseArgs } from "node:util";
import { findPoppler } from "../../scripts/services/poppler.ts";
import { agreementOf } from "./agreement.ts";
import { readOurs, readTheirs, type Reading } from "./readings.ts";

export type WordsRow = {
  file: string;
  ourWords: number;
  theirWords: number;
  /** Undefined where one of the two found no text. */
  words?: number;
  order?: number;
  ours?: string;
  theirs?: string;
};

const reasonOf = (reading: Reading) => ("reason" in reading ? reading.reason : undefined);

const compareFile = async (path: string): Promise<WordsRow> => {
  const [ours, theirs] = [await readOurs(path), await readTheirs(path)];
  const file = basename(path);
  if ("pages" in ours && "pages" in theirs) return { file, ...agreementOf(ours.pages, theirs.pages) };
  const count = (reading: Reading) => agreementOf("pages" in reading ? reading.pages : [], []).ourWords;
  const reasons = { ours: reasonOf(ours), theirs: reasonOf(theirs) };
  return {
    file,
    ourWords: count(ours),
    theirWords: count(theirs),
    ...(reasons.ours ? { ours: reasons.ours } : {}),
    ...(reasons.theirs ? { theirs: reasons.theirs } : {}),
  };
};

const pdfsIn = (path: string): string[] => {
  if (!statSync(path).isDirectory()) return [path];
  return readdirSync(path, { recursive: true, encoding: "utf8" })
    .filter((name) => name.toLowerCase().endsWith(".pdf"))
    .toSorted()
    .map((name) => join(path, name));
};

/** Compares each PDF, those under folders too; undefined where `pdftotext` is missing. */
export const compareWords = async (paths: string[]): Promise<WordsRow[] | undefined> => {
  if (!findPoppler()) return undefined;
  const rows: WordsRow[] = [];
  for (const path of paths.flatMap(pdfsIn)) rows.push(await compareFile(path));
  return rows;
};

const share = (value: number | undefined) => (value === undefined ? "-" : value.toFixed(3)).padStart(6);

export const wordsTable = (rows: WordsRow[]): string =>
  rows
    .map((row) =>
      [
        row.file.padEnd(44),
        String(row.ourWords).padStart(7),
        String(row.theirWords).padStart(7),
        share(row.words),
        share(row.order),
        [row.ours, row.theirs && `(pdftotext: ${row.theirs})`].filter(Boolean).join(" "),
      ].join("  "),
    )
    .join("\n");

/** Of the files that both read: so many must agree this well, in words and in their order. */
const GATE = { share: 0.8, words: 0.95, order: 0.8 };

/** Whether the readings agree as they should; right-to-left and broken files, where pdftotext is the one that errs, are the rest. */
export const passesWords = (rows: WordsRow[]): boolean => {
  const both = rows.filter(({ words }) => words !== undefined);
  const good = both.filter(({ words = 0, order = 0 }) => words >= GATE.words && order >= GATE.order);
  return good.length >= GATE.share * both.length;
};

if (import.meta.main) {
  const { values, positionals } = parseArgs({ options: { json: { type: "string" } }, allowPositionals: true });
  const corpus = process.env["CORPUS_DIR"] ?? "../shared/corpus";
  const paths = positionals.length > 0 ? positionals : [join(corpus, "pdfs"), join(corpus, "sec-10-q")];
  const rows = await compareWords(paths.filter((path) => existsSync(path)));
  if (!rows) throw new Error("words: pdftotext is missing (Debian: poppler-utils)");
  process.stdout.write(`${wordsTable(rows)}\n`);
  if (values.json) writeFileSync(values.json, JSON.stringify(rows, undefined, 2));
  if (!passesWords(rows)) throw new Error("words: fewer files agree with pdftotext than should");
}
