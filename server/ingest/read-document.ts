import { insertPages, setProgress, setRead } from "../../db/index.ts";
import type { Chunk, PageText } from "./document.ts";
import { extractDocument, LongDocument } from "./extract.ts";
import { StorageFailure } from "./outage.ts";
import { RunGivesWay, write, type Run } from "./run.ts";
import { storeChunks } from "./store-chunks.ts";
import { createWarnings } from "./warnings.ts";

const PAGES_AT_ONCE = 16;

/** Stores pages and chunks as they are read. What an earlier run has stored stays as it is. */
export const readDocument = async (run: Run): Promise<void> => {
  await using local = await run.app.store.openLocal(run);
  const reading = createReading(run);
  try {
    for await (const event of extractDocument(local.path, optionsOf(run)))
      switch (event.type) {
        case "opened":
          await reading.open(event.pageCount);
          break;
        case "page":
          await reading.addPage(event.page);
          break;
        case "chunks":
          await reading.addChunks(event.chunks);
          break;
      }
  } catch (error) {
    if (error instanceof LongDocument) throw new RunGivesWay();
    // A folder on a network that breaks off in the middle of a file.
    if (isReadFailure(error)) throw new StorageFailure("The stored bytes could not be read.", { cause: error });
    throw error;
  }
  await reading.end();
};

const optionsOf = ({ app: { config, readers }, slot, long, signal }: Run) => ({
  readers,
  length: slot.short ? ("short" as const) : long ? ("long" as const) : ("unknown" as const),
  maxPages: config.maxPages,
  chunkTokens: config.chunkTokens,
  overlapTokens: config.overlapTokens,
  signal,
});

const isReadFailure = (error: unknown): boolean =>
  error instanceof Error && "syscall" in error && ["open", "read", "stat"].includes(String(error.syscall));

/** Writes what is read, some pages a transaction. */
const createReading = (run: Run) => {
  let total = 0;
  let chunkCount = 0;
  let waiting: PageText[] = [];
  const warnings = createWarnings();
  const store = async () => {
    const pages = waiting;
    waiting = [];
    await write(run, async (trx) => {
      await insertPages(
        trx,
        pages.map((page) => toPageRow(run.fileId, page)),
      );
      const done = pages.at(-1)?.page ?? 0;
      await setProgress(trx, run, { stage: "extracting", done, total, page_count: total });
    });
  };
  return {
    open: async (pageCount: number) => {
      total = pageCount;
      await store();
    },
    addPage: async (page: PageText) => {
      waiting.push(page);
      warnings.addPage(page);
      if (waiting.length >= PAGES_AT_ONCE) await store();
    },
    addChunks: async (chunks: Chunk[]) => {
      chunkCount += chunks.length;
      await storeChunks(run, chunks);
    },
    end: async () => {
      if (waiting.length > 0) await store();
      await write(run, (trx) => setRead(trx, run, { chunkCount, warnings: warnings.list() }));
    },
  };
};

const toPageRow = (fileId: string, { page, width, height, text, lines }: PageText) => ({
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
