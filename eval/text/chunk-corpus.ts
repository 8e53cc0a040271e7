import { readdirSync, readFileSync } from "node:fs";
import { basename, join } from "node:path";
import { z } from "zod";
import type { ReadPage } from "../../server/ingest/reader/pdf/layout/lines.ts";
import { parseCsv } from "./csv.ts";
import type { Range } from "./spans.ts";

export type Question = { text: string; document: string; relevant: Range[] };
export type ChunkCorpus = { documents: Map<string, string>; questions: Question[] };

const References = z.array(z.object({ start_index: z.number(), end_index: z.number() }));

/** Offsets of the questions count code points; ours are UTF-16 units. */
const unitsOf = (text: string): Uint32Array => {
  const units = new Uint32Array(text.length + 1);
  let [point, unit] = [0, 0];
  for (const letter of text) {
    units[point++] = unit;
    unit += letter.length;
  }
  units[point] = unit;
  return units;
};

/** Texts, and questions with the spans that answer them. */
export const loadChunkCorpus = (folder: string): ChunkCorpus => {
  const files = readdirSync(folder).filter((file) => file.endsWith(".md"));
  const documents = new Map(files.map((file) => [basename(file, ".md"), readFileSync(join(folder, file), "utf8")]));
  const units = new Map([...documents].map(([name, text]) => [name, unitsOf(text)]));
  const [, ...rows] = parseCsv(readFileSync(join(folder, "questions_df.csv"), "utf8"));
  const questions = rows.map(([text = "", references = "[]", document = ""]) => ({
    text,
    document,
    relevant: References.parse(JSON.parse(references)).map(({ start_index: start, end_index: end }) => ({
      start: units.get(document)?.[start] ?? 0,
      end: units.get(document)?.[end] ?? 0,
    })),
  }));
  return { documents, questions };
};

const LINE = { size: 10, font: "text", cells: 1, region: 0 };
/** Lines stand apart: each is a paragraph, for these texts are not wrapped. */
const LINE_POINTS = 24;

/** A text as the page that extraction would make of it: offsets in it are offsets in the text. */
export const pageOf = (text: string): ReadPage => {
  const lines: ReadPage["lines"] = [];
  let start = 0;
  for (const line of text.split("\n")) {
    const box = { x: 72, y: lines.length * LINE_POINTS, width: 450, height: 10 };
    const blank = line.length - line.trimStart().length;
    const end = start + line.trimEnd().length;
    if (start + blank < end) lines.push({ start: start + blank, end, box, ...LINE });
    start += line.length + 1;
  }
  return { page: 1, width: 595, height: lines.length * LINE_POINTS, text, lines };
};
