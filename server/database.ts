import { openDb, type Db } from "../db/index.ts";
import type { Config } from "./config.ts";
import type { Log } from "./log.ts";

export type DatabaseParts = {
  log: Log;
  /** Hears that the embedded database has stopped: nothing can be served any more. */
  onFatal?: ((error: Error) => void) | undefined;
};

/** Opens the database that the configuration names, and brings its schema up to date. */
export const openDatabase = (
  { databaseUrl: url, dataDir }: Pick<Config, "databaseUrl" | "dataDir">,
  { log, onFatal }: DatabaseParts,
): Promise<Db> => {
  const onError = (error: Error) => log.error("background failure", { error });
  return openDb({ url, dataDir, onError: url === undefined ? (onFatal ?? onError) : onError });
};
