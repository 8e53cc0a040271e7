import { mkdtemp, rm } from "node:fs/promises";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { cleanUp } from "./clean-up.ts";

type S3rver = {
  run(): Promise<AddressInfo>;
  close(): Promise<void>;
};
type Options = {
  address: string;
  port: number;
  silent: boolean;
  directory: string;
  allowMismatchedSignatures: boolean;
  configureBuckets: { name: string }[];
};

export const BUCKET = "documents";

export type S3Server = {
  /** For `STORAGE_URL`. */
  storageUrl: string;
  /** Where it listens, without a slash at the end. */
  url: string;
  close(): Promise<void>;
};

/**
 * A server that speaks S3 over HTTP, with one empty bucket; it ends with the test or the file. It checks signatures
 * where `strict`, save that it reads the address of a listing otherwise than the client that signs it.
 */
export const startS3Server = async ({ strict = false, port = 0 } = {}): Promise<S3Server> => {
  const S3rver = ((await import("@20minutes/s3rver")) as { default: new (options: Options) => S3rver }).default;
  const directory = await mkdtemp(join(tmpdir(), "docuchat-s3-"));
  const server = new S3rver({
    address: "127.0.0.1",
    port,
    silent: true,
    directory,
    allowMismatchedSignatures: !strict,
    configureBuckets: [{ name: BUCKET }],
  });
  const address = await server.run();
  let closed: Promise<void> | undefined;
  const close = () => (closed ??= server.close());
  cleanUp(async () => {
    await close();
    await rm(directory, { recursive: true, force: true });
  });
  return {
    url: `http://127.0.0.1:${address.port}`,
    storageUrl: `s3://S3RVER:S3RVER@127.0.0.1:${address.port}/${BUCKET}?tls=off`,
    close,
  };
};
