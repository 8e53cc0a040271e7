import { existsSync, readdirSync, statSync } from "node:fs";
import { join } from "node:path";

/** For an empty database and some 2,000 vectors of 1,536 dimensions. */
const LEAST = 48;
/** For some 10,000 vectors, with their texts. */
const MOST = 128;

/**
 * Megabytes of pages that a database holds in memory: as many as its tables have, within bounds. All of it is taken at
 * the start, so that a server with little to search holds little.
 */
export const buffersFor = (dataDir: string | undefined): number => {
  const tables = dataDir === undefined ? "" : join(dataDir, "base");
  if (!existsSync(tables)) return LEAST;
  const files = readdirSync(tables, { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile());
  const bytes = files.reduce((sum, { parentPath, name }) => sum + statSync(join(parentPath, name)).size, 0);
  return Math.min(MOST, Math.max(LEAST, Math.ceil(bytes / 2 ** 20)));
};
