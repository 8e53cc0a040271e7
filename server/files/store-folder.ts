import { access, mkdir, open, readdir, rename, rm, stat } from "node:fs/promises";
import { dirname, join } from "node:path";
import { ReasonError } from "../errors.ts";
import { explainWrite } from "./full-disk.ts";
import { openIncoming } from "./store-incoming.ts";
import { bytesAreGone, contentPath, isTenantId, storeFails, toFileId, type FileStore, type KeptFile } from "./store.ts";

/** Keeps bytes in `<dir>/content/<tenant>/<file>.pdf`. */
export const openFolderStore = async (dir: string, onError: (error: Error) => void): Promise<FileStore> => {
  const pathOf = (key: Parameters<typeof contentPath>[0]) => join(dir, contentPath(key));
  const content = join(dir, "content");
  const attempt = async <T>(work: () => Promise<T>): Promise<T> => {
    try {
      return await work();
    } catch (error) {
      if (isMissing(error)) throw bytesAreGone();
      if (error instanceof Error) onError(error);
      const explained = explainWrite(error);
      throw explained instanceof ReasonError ? explained : storeFails(error);
    }
  };
  return {
    incomingDir: await openIncoming(dir),
    adopt: (key, path) => attempt(() => moveDurably(path, pathOf(key))),
    read: (key) =>
      attempt(async () => {
        const file = await open(pathOf(key), "r");
        return { sizeBytes: (await file.stat()).size, stream: file.createReadStream() };
      }),
    openLocal: (key) =>
      attempt(async () => {
        await access(pathOf(key));
        return { path: pathOf(key), [Symbol.asyncDispose]: async () => {} };
      }),
    has: (key) =>
      attempt(() =>
        access(pathOf(key)).then(
          () => true,
          (error: unknown) => {
            if (isMissing(error)) return false;
            throw error;
          },
        ),
      ),
    remove: (key) => attempt(() => rm(pathOf(key), { force: true })),
    tenants: () => listTenants(content),
    list: (tenantId) => listFolder(join(content, tenantId)),
    close: () => {},
  };
};

const isMissing = (error: unknown): boolean => error instanceof Error && "code" in error && error.code === "ENOENT";

/** A rename is durable once the file and its folder are; a new folder, once the one above it is. */
const moveDurably = async (from: string, to: string): Promise<void> => {
  const made = await mkdir(dirname(to), { recursive: true });
  // Two folders may be new: the tenant's, and the one that holds all tenants'.
  if (made) for (const folder of [dirname(dirname(to)), dirname(made)]) await sync(folder);
  await sync(from);
  await rename(from, to);
  await sync(dirname(to));
};

const sync = async (path: string): Promise<void> => {
  const handle = await open(path, "r");
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
};

const namesIn = async (dir: string): Promise<string[]> => {
  try {
    return (await readdir(dir)).sort();
  } catch (error) {
    if (isMissing(error)) return [];
    throw error;
  }
};

async function* listTenants(dir: string): AsyncIterable<string> {
  for (const name of await namesIn(dir)) if (isTenantId(name)) yield name;
}

async function* listFolder(dir: string): AsyncIterable<KeptFile> {
  for (const name of await namesIn(dir)) {
    const fileId = toFileId(name);
    if (!fileId) continue;
    const info = await stat(join(dir, name)).catch(() => undefined);
    if (info) yield { fileId, keptAt: info.mtime };
  }
}
