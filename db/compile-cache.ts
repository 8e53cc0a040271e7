import { getCompileCacheDir } from "node:module";
import { dirname } from "node:path";

/** For the environment of a thread, which does not inherit where this one keeps what it has compiled. */
export const compileCacheEnv = (): { NODE_COMPILE_CACHE?: string } => {
  const folder = getCompileCacheDir();
  return folder === undefined ? {} : { NODE_COMPILE_CACHE: dirname(folder) };
};
