import { toBatches, type Batch } from "./batches.ts";
import type { ExtractEvent } from "./document.ts";
import { extractDocument, ThreadNeeded, type ExtractOptions } from "./extract.ts";
import { StorageFailure } from "./outage.ts";
import { RunGivesWay, type Run } from "./run.ts";

type Source = Pick<Run, "app" | "tenantId" | "fileId" | "name" | "signal" | "stored" | "reading"> &
  Pick<ExtractOptions, "length">;

/** Reads a file's document, and cuts what no earlier run has stored of it into batches. */
export async function* readDocument(run: Source): AsyncGenerator<Batch, void> {
  const local = await run.app.store.openLocal(run);
  const { batchSize: size } = run.app.model.embedding;
  try {
    yield* toBatches(readEvents(run, local.path), { size, stored: run.stored, reading: run.reading });
  } finally {
    // Node 22 does not know `await using`.
    await local[Symbol.asyncDispose]();
  }
}

async function* readEvents(run: Source, path: string): AsyncGenerator<ExtractEvent, void> {
  try {
    yield* extractDocument(path, optionsOf(run));
  } catch (error) {
    if (error instanceof ThreadNeeded) throw new RunGivesWay();
    // A folder on a network that breaks off in the middle of a file.
    if (isReadFailure(error)) throw new StorageFailure("The stored bytes could not be read.", { cause: error });
    throw error;
  }
}

const optionsOf = ({ app: { config, readers }, name, length, signal }: Source): ExtractOptions => ({
  readers,
  length,
  fileName: name,
  maxPages: config.maxPages,
  chunkTokens: config.chunkTokens,
  overlapTokens: config.overlapTokens,
  signal,
});

const isReadFailure = (error: unknown): boolean =>
  error instanceof Error && "syscall" in error && ["open", "read", "stat"].includes(String(error.syscall));
