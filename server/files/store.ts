import { createReadStream } from "node:fs";
import { mkdir, mkdtemp, open, readdir, rename, rm, stat } from "node:fs/promises";
import { dirname, join } from "node:path";
import type { Readable } from "node:stream";

/** Whose bytes: the key under which a file's content is kept. */
export type ContentKey = { tenantId: string; fileId: string };

/** The bytes of files. */
export type FileStore = {
  /** A folder for bytes on their way in, on the same disk. What a crash leaves there is removed at a later start. */
  incomingDir: string;
  /** Takes a whole local file over, durably. */
  adopt(key: ContentKey, path: string): Promise<void>;
  read(key: ContentKey): Promise<{ stream: Readable; sizeBytes: number }>;
  /** A local path to the bytes, for as long as the file stands. */
  localPath(key: ContentKey): Promise<string>;
  /** Removes the bytes; well if there are none. */
  remove(key: ContentKey): Promise<void>;
  /** Every key kept longer than `olderThanMs`. */
  list(olderThanMs: number): AsyncIterable<ContentKey>;
};

/** Longer than any upload takes. */
const ABANDONED_MS = 3_600_000;

/** Keeps bytes in `<dir>/<tenant>/<file>.pdf`. */
export const openFolderStore = async (dir: string): Promise<FileStore> => {
  const incoming = join(dir, "incoming");
  await mkdir(incoming, { recursive: true });
  await removeAbandoned(incoming);
  const pathOf = (key: ContentKey) => join(dir, "content", key.tenantId, `${key.fileId}.pdf`);
  return {
    incomingDir: await mkdtemp(join(incoming, "run-")),
    adopt: async (key, path) => {
      const target = pathOf(key);
      await mkdir(dirname(target), { recursive: true });
      await sync(path);
      await rename(path, target);
      await sync(dirname(target));
    },
    read: async (key) => {
      const path = pathOf(key);
      return { sizeBytes: (await stat(path)).size, stream: createReadStream(path) };
    },
    localPath: async (key) => pathOf(key),
    remove: (key) => rm(pathOf(key), { force: true }),
    list: (olderThanMs) => listFolder(join(dir, "content"), Date.now() - olderThanMs),
  };
};

/** What crashed processes left on its way in; other processes may be receiving on the same disk at this moment. */
const removeAbandoned = async (incoming: string): Promise<void> => {
  for (const run of await readdir(incoming)) {
    const path = join(incoming, run);
    const info = await stat(path).catch(() => undefined);
    if (info && info.mtimeMs < Date.now() - ABANDONED_MS) await rm(path, { recursive: true, force: true });
  }
};

async function* listFolder(dir: string, before: number): AsyncIterable<ContentKey> {
  for (const tenantId of await readdir(dir).catch(() => []))
    for (const name of await readdir(join(dir, tenantId))) {
      const info = await stat(join(dir, tenantId, name)).catch(() => undefined);
      if (info && info.mtimeMs < before) yield { tenantId, fileId: name.replace(/\.pdf$/, "") };
    }
}

/** A rename is durable once the file and its folder are. */
const sync = async (path: string): Promise<void> => {
  const handle = await open(path, "r");
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
};
