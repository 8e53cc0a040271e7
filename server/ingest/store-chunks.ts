import { insertChunks } from "../../db/index.ts";
import { newId } from "../id.ts";
import { indexWords } from "../text/stem.ts";
import { wordsOf } from "../text/words.ts";
import { describe } from "../files/describe.ts";
import type { Chunk } from "./document.ts";
import { write, type Run } from "./run.ts";

/** Stores chunks with their words; they are embedded later. Those that are stored already stay as they are. */
export const storeChunks = (run: Run, chunks: Chunk[]): Promise<void> => {
  const rows = chunks.map((chunk) => toRow(run, chunk));
  return write(run, (trx) => insertChunks(trx, run.app.embeddingModelId, rows));
};

const toRow = ({ fileId, name }: Run, chunk: Chunk) => {
  const pages = chunk.spans.map((span) => span.page);
  return {
    id: newId(),
    file_id: fileId,
    ordinal: chunk.ordinal,
    section: chunk.section,
    text: chunk.text,
    tokens: chunk.tokens,
    page_from: Math.min(...pages),
    page_to: Math.max(...pages),
    spans: chunk.spans,
    words: indexWords(wordsOf(describe(name, chunk))),
  };
};
