import { compilePdfium } from "./compile.ts";
import { createPermits } from "./permits.ts";
import { startReader, type Reader } from "./reader.ts";

export type ReaderSettings = {
  /** Documents that are read at once. */
  threads: number;
  /** What a document's instance may grow to. */
  memoryBytes: number;
  /** CPU time of a document. */
  cpuMs: number;
};

/** A thread for one document. */
export type Lease = {
  reader: Reader;
  /** Counts the document as long from now on; false when as many long ones are being read as may be. */
  turnLong(): boolean;
  /** Frees the thread once the document is over. */
  release(): void;
};

/** The threads that read documents for one server. */
export type Readers = ReaderSettings & {
  /** Waits for a thread; long documents use all but one, which stays free for short ones. */
  lease(options: { isLong: boolean; signal: AbortSignal }): Promise<Lease>;
  /** Whether a document waits for a thread. */
  isAwaited(): boolean;
  /** Ends every thread; documents that are being read fail with an error that is not the document's. */
  close(): Promise<void>;
};

/** Starts no thread before there is a document to read. */
export const createReaders = (settings: ReaderSettings): Readers => {
  const all = createPermits(settings.threads);
  const long = createPermits(Math.max(1, settings.threads - 1));
  const living = new Set<Reader>();
  const idle: Reader[] = [];
  let isClosed = false;
  let compiled: Promise<WebAssembly.Module> | undefined;

  const compile = (): Promise<WebAssembly.Module> =>
    (compiled ??= compilePdfium().catch((error: unknown) => {
      compiled = undefined;
      throw error;
    }));
  const take = async (): Promise<Reader> => {
    const module = await compile();
    if (isClosed) throw new Error("The readers are closed.");
    for (let reader = idle.pop(); reader; reader = idle.pop()) {
      if (reader.isAlive()) return reader;
      living.delete(reader);
    }
    const reader = startReader(module);
    living.add(reader);
    return reader;
  };
  const giveBack = async (reader: Reader): Promise<void> => {
    await reader.settle();
    if (reader.isAlive() && !isClosed) return void idle.push(reader);
    living.delete(reader);
    await reader.end();
  };
  return {
    ...settings,
    lease: async ({ isLong, signal }) => {
      if (isLong) await long.acquire(signal);
      let holdsLong = isLong;
      const releasePermits = () => {
        all.release();
        if (holdsLong) long.release();
      };
      await all.acquire(signal).catch((error: unknown) => {
        if (isLong) long.release();
        throw error;
      });
      const reader = await take().catch((error: unknown) => {
        releasePermits();
        throw error;
      });
      return {
        reader,
        turnLong: () => (holdsLong ||= long.tryAcquire()),
        release: () => void giveBack(reader).finally(releasePermits),
      };
    },
    isAwaited: () => all.isAwaited() || long.isAwaited(),
    close: async () => {
      isClosed = true;
      await Promise.all([...living].map((reader) => reader.end()));
    },
  };
};
