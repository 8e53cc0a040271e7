import type { NewChunk, NewPage } from "../../db/index.ts";
import { newId } from "../id.ts";
import type { IndexedChunk, PageLine, PageText } from "./document.ts";

const toTenth = (points: number) => Math.round(points * 10) / 10;

const toStoredLine = ({ start, end, box: { x, y, width, height }, words }: PageLine): NewPage["lines"][number] => {
  const place = [start, end, toTenth(x), toTenth(y), toTenth(width), toTenth(height)] as const;
  return words ? [...place, words] : [...place];
};

/** A page as it is stored. */
export const toPageRow = (fileId: string, { page, width, height, text, lines }: PageText): NewPage => ({
  file_id: fileId,
  page,
  width,
  height,
  text,
  lines: lines.map(toStoredLine),
});

/** Where a chunk stands, and what it is found by. */
export const toPlaceRow = ({ ordinal, spans, words }: IndexedChunk) => {
  const pages = spans.map((span) => span.page);
  return { ordinal, page_from: Math.min(...pages), page_to: Math.max(...pages), spans, words };
};

/** A chunk as it is stored. */
export const toChunkRow = (fileId: string, chunk: IndexedChunk, embedding: Float32Array | undefined): NewChunk => {
  if (!embedding) throw new Error("a chunk without a vector");
  const { section, text, tokens } = chunk;
  return { id: newId(), file_id: fileId, section, text, tokens, embedding, ...toPlaceRow(chunk) };
};

export const sumOf = (chunks: readonly IndexedChunk[], measure: "tokens" | "maxTokens"): number =>
  chunks.reduce((sum, chunk) => sum + chunk[measure], 0);
