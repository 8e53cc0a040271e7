import { mkdir, readdir, rm, stat } from "node:fs/promises";
import { join } from "node:path";

/** Longer than any upload or reading takes. */
const ABANDONED_MS = 3_600_000;

/**
 * Opens the folder `<dir>/incoming`. What crashed processes left there goes; other processes may be receiving on the
 * same disk at this moment, so only files that nobody has written to for long.
 */
export const openIncoming = async (dir: string): Promise<string> => {
  const incoming = join(dir, "incoming");
  await mkdir(incoming, { recursive: true });
  for (const name of await readdir(incoming)) {
    const path = join(incoming, name);
    const info = await stat(path).catch(() => undefined);
    if (info && info.mtimeMs < Date.now() - ABANDONED_MS) await rm(path, { recursive: true, force: true });
  }
  return incoming;
};
