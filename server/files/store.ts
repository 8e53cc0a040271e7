import type { Readable } from "node:stream";
import type { Config } from "../config.ts";
import { ReasonError } from "../errors.ts";

/** Whose bytes: the key under which a file's content is kept. */
export type ContentKey = { tenantId: string; fileId: string };

/**
 * The bytes of files. Every call but `list` and `tenants` fails with `SERVICE_UNAVAILABLE` where the store does not
 * answer; what reads fails with `NOT_FOUND` where there are no bytes.
 */
export type FileStore = {
  /** A local folder for bytes on their way in, which several processes may share. */
  incomingDir: string;
  /** Takes a whole local file over, durably and at once: until then, and after a failure, the key has no bytes. */
  adopt(key: ContentKey, path: string): Promise<void>;
  read(key: ContentKey): Promise<{ stream: Readable; sizeBytes: number }>;
  /** The bytes as a local file, until it is disposed of. */
  openLocal(key: ContentKey): Promise<LocalFile>;
  has(key: ContentKey): Promise<boolean>;
  /** Removes the bytes; well if there are none. */
  remove(key: ContentKey): Promise<void>;
  /** Every tenant that has bytes. */
  tenants(): AsyncIterable<string>;
  /** What is kept of a tenant, in the order of file ids. */
  list(tenantId: string): AsyncIterable<KeptFile>;
  close(): void;
};

export type LocalFile = AsyncDisposable & { path: string };
export type KeptFile = { fileId: string; keptAt: Date };

/** Where a file's bytes are within a folder or a bucket. */
export const contentPath = ({ tenantId, fileId }: ContentKey): string => `content/${tenantId}/${fileId}.pdf`;

const UUID = /^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;
export const isTenantId = (name: string): boolean => UUID.test(name);
/** Undefined for a name that no file's bytes have. */
export const toFileId = (name: string): string | undefined => {
  const id = name.replace(/\.pdf$/, "");
  return id !== name && UUID.test(id) ? id : undefined;
};

export const bytesAreGone = (): ReasonError =>
  new ReasonError("NOT_FOUND", { message: "The content of this file is gone. Upload it again." });
export const storeFails = (cause: unknown): ReasonError => new ReasonError("SERVICE_UNAVAILABLE", { cause });

type Options = { dir: string; storage: Config["storage"]; onError: (error: Error) => void };

/** The bucket that the configuration names, or else the folder `dir`, which also takes what is on its way in. */
export const openStore = async ({ dir, storage, onError }: Options): Promise<FileStore> => {
  if (!storage) return (await import("./store-folder.ts")).openFolderStore(dir, onError);
  // The client takes a tenth of a second to load, and most start without one.
  return (await import("./store-s3.ts")).openS3Store(storage, { dir, onError });
};
