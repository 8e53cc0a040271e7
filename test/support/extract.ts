import { randomUUID } from "node:crypto";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Chunk, ExtractEvent, PageText } from "../../server/ingest/document.ts";
import { extractDocument, type ExtractOptions } from "../../server/ingest/extract.ts";
import { createReaders, type Readers, type ReaderSettings } from "../../server/ingest/reader/pool.ts";
import { cleanUp } from "./clean-up.ts";

export const SETTINGS = { threads: 2, memoryBytes: 256 * 1024 * 1024, cpuMs: 60_000 };

/** Readers that are closed with the test, or with the file where they are made outside of one. */
export const makeReaders = (settings: Partial<ReaderSettings> = {}): Readers => {
  const readers = createReaders({ ...SETTINGS, ...settings });
  cleanUp(() => readers.close());
  return readers;
};

export const OPTIONS = {
  length: "long" as const,
  fileName: "file.pdf",
  maxPages: 500,
  chunkTokens: 400,
  overlapTokens: 40,
};

export type Extracted = { pageCount: number; pages: PageText[]; chunks: Chunk[]; order: string[] };

export const gather = (result: Extracted, event: ExtractEvent): void => {
  result.order.push(event.type);
  if (event.type === "opened") result.pageCount = event.pageCount;
  if (event.type === "page") result.pages.push(event.page);
  if (event.type === "chunks") result.chunks.push(...event.chunks);
};

type Options = Partial<ExtractOptions> & Pick<ExtractOptions, "readers">;

/** Everything that a file's extraction emits, gathered. */
export const extractFile = async (path: string, options: Options): Promise<Extracted> => {
  const result: Extracted = { pageCount: 0, pages: [], chunks: [], order: [] };
  const signal = new AbortController().signal;
  for await (const event of extractDocument(path, { ...OPTIONS, signal, ...options })) gather(result, event);
  return result;
};

/** A folder for files of a test. */
export const openFolder = async () => {
  const path = await mkdtemp(join(tmpdir(), "extract-"));
  return {
    put: async (bytes: Buffer | string): Promise<string> => {
      const file = join(path, `${randomUUID()}.pdf`);
      await writeFile(file, bytes);
      return file;
    },
    remove: () => rm(path, { recursive: true }),
  };
};
