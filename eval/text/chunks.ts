// `node eval/text/chunks.ts [--json file]`: how exactly the product's chunks are found, beside plain token windows.
import { existsSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { loadChunkCorpus, type ChunkCorpus } from "./chunk-corpus.ts";
import { ours, tokenWindows, type Chunker } from "./chunkers.ts";
import { openPassageSearch } from "./passage-search.ts";
import { scoreSpans, type SpanScores } from "./spans.ts";

const SIZES = { chunkTokens: 400, overlapTokens: 40 };
const TOP = 5;

/** Means over all questions of a document, or of all. */
export type ChunksRow = { chunker: string; document: string; questions: number; passages: number } & SpanScores;

const mean = (scores: SpanScores[]): SpanScores => {
  const of = (pick: (score: SpanScores) => number) =>
    scores.reduce((sum, score) => sum + pick(score), 0) / (scores.length || 1);
  return { recall: of((s) => s.recall), precision: of((s) => s.precision), iou: of((s) => s.iou) };
};

const measure = async (chunker: string, chunk: Chunker, { documents, questions }: ChunkCorpus) => {
  const search = await openPassageSearch();
  try {
    const passages = new Map<string, number>();
    for (const [name, text] of documents) {
      const cut = chunk(text);
      passages.set(name, cut.length);
      await search.add(name, cut);
    }
    const scores = new Map([...documents.keys()].map((name): [string, SpanScores[]] => [name, []]));
    for (const { text, document, relevant } of questions) {
      const hits = await search.find(text, TOP);
      // A passage of another document covers nothing, and is read all the same.
      const elsewhere = 1e9;
      const shift = (name: string) => (name === `${document}.pdf` ? 0 : elsewhere);
      const retrieved = hits.flatMap(({ file_name: name, spans }) =>
        spans.map(({ start, end }) => ({ start: start + shift(name), end: end + shift(name) })),
      );
      scores.get(document)?.push(scoreSpans(relevant, retrieved));
    }
    const row = (document: string, of: SpanScores[], count: number): ChunksRow => ({
      chunker,
      document,
      questions: of.length,
      passages: count,
      ...mean(of),
    });
    const total = [...passages.values()].reduce((sum, count) => sum + count, 0);
    return [
      ...[...scores].map(([name, of]) => row(name, of, passages.get(name) ?? 0)),
      row("all", [...scores.values()].flat(), total),
    ];
  } finally {
    await search.close();
  }
};

/** Both ways to cut, in one run, over the texts and questions of a folder. */
export const compareChunkers = async (folder: string): Promise<ChunksRow[]> => {
  const corpus = loadChunkCorpus(folder);
  return [
    ...(await measure("token windows", tokenWindows(SIZES), corpus)),
    ...(await measure("ours", ours(SIZES), corpus)),
  ];
};

const percent = (value: number) => `${(100 * value).toFixed(1)}%`.padStart(7);

export const chunksTable = (rows: ChunksRow[]): string =>
  rows
    .map((row) =>
      [
        row.chunker.padEnd(14),
        row.document.padEnd(20),
        String(row.questions).padStart(4),
        String(row.passages).padStart(5),
        percent(row.recall),
        percent(row.precision),
        percent(row.iou),
      ].join(" "),
    )
    .join("\n");

if (import.meta.main) {
  const { values } = parseArgs({ options: { json: { type: "string" } } });
  const folder = join(process.env["CORPUS_DIR"] ?? "../shared/corpus", "chunking");
  if (!existsSync(folder)) throw new Error("chunks: CORPUS_DIR has no folder `chunking`");
  const rows = await compareChunkers(folder);
  process.stdout.write(`${chunksTable(rows)}\n`);
  if (values.json) writeFileSync(values.json, JSON.stringify(rows, undefined, 2));
}
