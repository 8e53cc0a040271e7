import { openDb, type Db } from "../db/index.ts";
import type { Config } from "./config.ts";
import type { Log } from "./log.ts";

export type DatabaseParts = {
  log: Log;
  /** A dumped embedded database to begin from. */
  template?: string | undefined;
  /** Hears that the embedded database has stopped: nothing can be served any more. */
  onFatal?: ((error: Error) => void) | undefined;
};

/** Opens the database that the configuration names, and brings its schema up to date. */
export const openDatabase = (
  { databaseUrl: url, dataDir }: Pick<Config, "databaseUrl" | "dataDir">,
  { log, template, onFatal }: DatabaseParts,
): Promise<Db> => {
  const onError = (error: Error) => log.error("background failure", { error });
  return openDb({ url, dataDir, template, onError: url === undefined ? (onFatal ?? onError) : onError });
};
