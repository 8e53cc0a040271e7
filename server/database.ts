import { openDb, type Db } from "../db/index.ts";
import type { Config } from "./config.ts";
import { checkDataDir } from "./data-dir.ts";
import { explainDatabase } from "./explain-database.ts";
import { explained } from "./start-error.ts";
import type { Log } from "./log.ts";

export type DatabaseParts = {
  log: Log;
  /** Hears that the embedded database has stopped: nothing can be served any more. */
  onFatal?: ((error: Error) => void) | undefined;
};

/**
 * Opens the database that the configuration names, and brings its schema up to date. Throws a `StartError` where it
 * cannot be used as it is, or does not answer.
 */
export const openDatabase = async (
  { databaseUrl, dataDir }: Pick<Config, "databaseUrl" | "dataDir">,
  { log, onFatal }: DatabaseParts,
): Promise<Db> => {
  const onError = (error: Error) => log.error("background failure", { error });
  if (databaseUrl === undefined) await checkDataDir(dataDir);
  const opening = openDb({
    url: databaseUrl,
    dataDir,
    onError: databaseUrl === undefined ? (onFatal ?? onError) : onError,
  });
  return explained(opening, (error) => explainDatabase({ databaseUrl, dataDir }, error));
};
