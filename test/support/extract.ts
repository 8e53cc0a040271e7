import { randomUUID } from "node:crypto";
import { readdirSync, readFileSync } from "node:fs";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Chunk, ExtractEvent, ExtractOptions, PageText } from "../../server/ingest/document.ts";
import { extractDocument } from "../../server/ingest/extract.ts";

export const OPTIONS = {
  tenantId: "tenant",
  maxPages: 500,
  chunkTokens: 400,
  overlapTokens: 40,
  timeoutMs: 25_000,
  memoryBytes: 700 * 1024 * 1024,
};

export type Extracted = { pageCount: number; pages: PageText[]; chunks: Chunk[]; order: string[] };

export const gather = (result: Extracted, event: ExtractEvent): void => {
  result.order.push(event.type);
  if (event.type === "opened") result.pageCount = event.pageCount;
  if (event.type === "page") result.pages.push(event.page);
  if (event.type === "chunks") result.chunks.push(...event.chunks);
};

/** Everything that a file's extraction tells, gathered. */
export const extractFile = async (path: string, options: Partial<ExtractOptions> = {}): Promise<Extracted> => {
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

const statusOf = (pid: string): { parent: number; command: string } | undefined => {
  try {
    const parent = Number(/\) \S (\d+)/.exec(readFileSync(`/proc/${pid}/stat`, "utf8"))?.[1]);
    return { parent, command: readFileSync(`/proc/${pid}/cmdline`, "utf8") };
  } catch {
    return undefined;
  }
};

/** The ids of the extractors that `parent` has running (Linux). */
export const extractorsOf = (parent = process.pid): number[] =>
  readdirSync("/proc")
    .filter((name) => /^\d+$/.test(name))
    .filter((pid) => {
      const status = statusOf(pid);
      return status?.parent === parent && status.command.includes("reader/child");
    })
    .map(Number);
