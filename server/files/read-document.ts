import { insertPages, setProgress } from "../../db/index.ts";
import type { Chunk, PageText } from "./document.ts";
import { extractDocument } from "./extract.ts";
import { write, type Run } from "./run.ts";

/** With its start and its end, a document has come to its end within a minute. */
const EXTRACT_TIMEOUT_MS = 45_000;
const EXTRACT_MEMORY_BYTES = 700 * 1024 * 1024;
const PAGES_AT_ONCE = 16;

/** Stores pages as they are read, and returns the whole document's chunks. */
export const readDocument = async (run: Run): Promise<Chunk[]> => {
  const { chunkTokens, overlapTokens, maxPages } = run.app.config;
  const limits = { timeoutMs: EXTRACT_TIMEOUT_MS, memoryBytes: EXTRACT_MEMORY_BYTES };
  await using local = await run.app.store.openLocal(run);
  const chunks: Chunk[] = [];
  let total = 0;
  let waiting: PageText[] = [];
  const store = async () => {
    const pages = waiting;
    waiting = [];
    await write(run, async (trx) => {
      await insertPages(
        trx,
        pages.map((page) => toRow(run.fileId, page)),
      );
      const done = pages.at(-1)?.page ?? 0;
      await setProgress(trx, run, { stage: "extracting", done, total, page_count: total });
    });
  };
  for await (const event of extractDocument(local.path, {
    tenantId: run.tenantId,
    maxPages,
    chunkTokens,
    overlapTokens,
    ...limits,
    signal: run.signal,
  })) {
    switch (event.type) {
      case "opened":
        total = event.pageCount;
        await store();
        break;
      case "page":
        waiting.push(event.page);
        if (waiting.length >= PAGES_AT_ONCE) await store();
        break;
      case "chunks":
        chunks.push(...event.chunks);
        break;
    }
  }
  if (waiting.length > 0) await store();
  return chunks;
};

const toRow = (fileId: string, { page, width, height, text, lines }: PageText) => ({
  file_id: fileId,
  page,
  width,
  height,
  text,
  lines: lines.map(
    ({ start, end, box }) => [start, end, ...[box.x, box.y, box.width, box.height].map(toTenth)] as const,
  ) as [number, number, number, number, number, number][],
});
const toTenth = (points: number) => Math.round(points * 10) / 10;
