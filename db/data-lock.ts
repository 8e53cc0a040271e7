import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";

/**
 * Holds a data folder for this process: PGlite has no lock of its own, and two processes on one folder destroy it.
 * SQLite's exclusive transaction is a lock of the operating system, which goes with the process however it ends,
 * so nothing stale is ever left to take over.
 */
export const lockDataDir = (dataDir: string): { release(): void } => {
  mkdirSync(dataDir, { recursive: true });
  const lock = new DatabaseSync(join(dataDir, "lock.sqlite"), { timeout: 0 });
  try {
    lock.exec("begin exclusive");
  } catch (cause) {
    lock.close();
    if (!isBusy(cause)) throw cause;
    throw new DataDirInUseError(dataDir, { cause });
  }
  return { release: () => lock.close() };
};

const SQLITE_BUSY = 5;
const isBusy = (error: unknown): boolean =>
  error instanceof Error && "errcode" in error && error.errcode === SQLITE_BUSY;

export class DataDirInUseError extends Error {
  override readonly name = "DataDirInUseError";

  constructor(dataDir: string, options?: ErrorOptions) {
    super(
      `Another process is using the data folder ${dataDir}. ` +
        "Stop it, give this one a DATA_DIR of its own, or name a PostgreSQL server by DATABASE_URL for both.",
      options,
    );
  }
}
