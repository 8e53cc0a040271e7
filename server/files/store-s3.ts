import { createHash } from "node:crypto";
import { createReadStream, createWriteStream } from "node:fs";
import { rm, stat } from "node:fs/promises";
import { join } from "node:path";
import { Readable } from "node:stream";
import { pipeline } from "node:stream/promises";
import { setTimeout as pause } from "node:timers/promises";
import {
  DeleteObjectCommand,
  GetObjectCommand,
  HeadObjectCommand,
  paginateListObjectsV2,
  PutObjectCommand,
  S3Client,
  S3ServiceException,
} from "@aws-sdk/client-s3";
import type { S3Storage } from "../config-values.ts";
import { newId } from "../id.ts";
import { StartError } from "../start-error.ts";
import { openIncoming } from "./store-incoming.ts";
import {
  bytesAreGone,
  contentPath,
  isTenantId,
  storeFails,
  toFileId,
  type ContentKey,
  type FileStore,
  type KeptFile,
} from "./store.ts";

const CONNECT_MS = 3_000;
/** Until the answer's head, all attempts together; an upload is given the time of a slow line on top. */
const ANSWER_MS = 5_000;
const SLOW_LINE_BYTES_PER_MS = 100;
/** Bytes that stand still for so long, either way, are given up. */
const IDLE_MS = 60_000;
const PUT_ATTEMPTS = 3;

type Options = { dir: string; onError: (error: Error) => void; answerMs?: number };
type Bucket = { client: S3Client; Bucket: string; answerMs: number; onError: Options["onError"] };

/**
 * Keeps bytes in a bucket of any S3-compatible store, under `content/<tenant>/<file>.pdf`. A single PUT is whole or
 * not at all, so nothing half-uploaded is left; the store checks it against its MD5. `dir` takes what is on its way.
 * Throws when the store refuses the bucket or the key pair at once; one that is only down may come back.
 */
export const openS3Store = async (storage: S3Storage, options: Options): Promise<FileStore> => {
  const { dir, onError, answerMs = ANSWER_MS } = options;
  const bucket: Bucket = { client: openClient(storage), Bucket: storage.bucket, answerMs, onError };
  await refuseWrongBucket(bucket);
  const incomingDir = await openIncoming(dir);
  return {
    incomingDir,
    adopt: async (key, path) => {
      await attempt(bucket, () => put(bucket, key, path));
      await rm(path, { force: true });
    },
    read: (key) => attempt(bucket, () => get(bucket, key)),
    openLocal: (key) => attempt(bucket, () => download(bucket, key, join(incomingDir, newId()))),
    has: (key) => attempt(bucket, () => head(bucket, key)),
    remove: (key) => attempt(bucket, () => removeObject(bucket, key)),
    tenants: () => listTenants(bucket),
    list: (tenantId) => listTenant(bucket, `content/${tenantId}/`),
    close: () => bucket.client.destroy(),
  };
};

const openClient = ({ endpoint, region, credentials }: S3Storage): S3Client =>
  new S3Client({
    endpoint,
    region,
    // Unset: what the machine has been given, in the ways of the SDK (variables, files, an instance's role).
    ...(credentials ? { credentials } : {}),
    // Hosts of one's own have no name for each bucket, and not every store knows the newer checksums.
    forcePathStyle: true,
    requestChecksumCalculation: "WHEN_REQUIRED",
    responseChecksumValidation: "WHEN_REQUIRED",
    expectContinueHeader: false,
    logger: { debug: () => {}, info: () => {}, warn: () => {}, error: () => {} },
    requestHandler: {
      connectionTimeout: CONNECT_MS,
      throwOnRequestTimeout: true,
      socketTimeout: IDLE_MS,
    },
  });

const statusOf = (error: unknown): number | undefined =>
  error instanceof S3ServiceException ? error.$metadata.httpStatusCode : undefined;
const isRefused = (error: unknown): boolean => {
  const status = statusOf(error);
  return status !== undefined && status >= 400 && status < 500 && status !== 429;
};

/** Gives the call up when no answer has begun in time; one that has begun may take longer. */
const inTime = async <T>({ answerMs }: Bucket, call: (abortSignal: AbortSignal) => Promise<T>): Promise<T> => {
  const late = new AbortController();
  const timer = setTimeout(() => late.abort(), answerMs);
  try {
    return await call(late.signal);
  } finally {
    clearTimeout(timer);
  }
};

/** What a store answers to a start that only another configuration ends. */
const REFUSALS: Record<number, string> = {
  301: "the bucket is in another region: name it by region= in the address",
  400: "the store takes the request for malformed: correct the key pair and the region",
  401: "the store refuses the bucket or the key pair (401): correct them",
  403: "the store refuses the bucket or the key pair (403): correct them, or give the key its rights",
};
const NO_BUCKET = "the store has no bucket of this name: create it, or correct the name";

/** Asks for an object that is not there: unlike HEAD, GET says whether it is the key that is missing, or the bucket. */
const refuseWrongBucket = async (bucket: Bucket): Promise<void> => {
  const { client, Bucket } = bucket;
  try {
    const { Body } = await inTime(bucket, (abortSignal) =>
      client.send(new GetObjectCommand({ Bucket, Key: "content/" }), { abortSignal }),
    );
    if (Body instanceof Readable) Body.destroy();
  } catch (cause) {
    const isMissing = cause instanceof S3ServiceException && cause.name === "NoSuchBucket";
    const refusal = isMissing ? NO_BUCKET : REFUSALS[statusOf(cause) ?? 0];
    if (refusal === undefined) return;
    client.destroy();
    throw new StartError(`STORAGE_URL: ${refusal}.`, { exit: "config", cause });
  }
};

const attempt = async <T>({ onError }: Bucket, work: () => Promise<T>): Promise<T> => {
  try {
    return await work();
  } catch (error) {
    if (error instanceof S3ServiceException && (error.name === "NoSuchKey" || error.name === "NotFound"))
      throw bytesAreGone();
    if (error instanceof Error) onError(error);
    throw storeFails(error);
  }
};

/** The client does not repeat a stream by itself: each attempt reads the file anew. */
const put = async ({ client, Bucket, answerMs }: Bucket, key: ContentKey, path: string): Promise<void> => {
  const { size } = await stat(path);
  const hash = createHash("md5");
  await pipeline(createReadStream(path), hash);
  const target = {
    Bucket,
    Key: contentPath(key),
    ContentLength: size,
    ContentMD5: hash.digest("base64"),
    ContentType: "application/pdf",
  };
  const requestTimeout = answerMs + size / SLOW_LINE_BYTES_PER_MS;
  for (let tries = 1; ; tries++) {
    const body = createReadStream(path);
    try {
      await client.send(new PutObjectCommand({ ...target, Body: body }), { requestTimeout });
      return;
    } catch (error) {
      if (tries === PUT_ATTEMPTS || isRefused(error)) throw error;
      await pause(100 * 4 ** tries);
    } finally {
      body.destroy();
    }
  }
};

const get = async (bucket: Bucket, key: ContentKey) => {
  const target = { Bucket: bucket.Bucket, Key: contentPath(key) };
  const { Body, ContentLength } = await inTime(bucket, (abortSignal) =>
    bucket.client.send(new GetObjectCommand(target), { abortSignal }),
  );
  if (!Body || ContentLength === undefined) throw new Error("The store answered without content or length");
  return { stream: Body as Readable, sizeBytes: ContentLength };
};

const download = async (bucket: Bucket, key: ContentKey, path: string) => {
  try {
    const { stream, sizeBytes } = await get(bucket, key);
    await pipeline(stream, createWriteStream(path, { flags: "wx", mode: 0o600 }));
    if ((await stat(path)).size !== sizeBytes) throw new Error("The store's answer ended early");
    return { path, [Symbol.asyncDispose]: () => rm(path, { force: true }) };
  } catch (error) {
    await rm(path, { force: true });
    throw error;
  }
};

const head = async (bucket: Bucket, key: ContentKey): Promise<boolean> => {
  const target = { Bucket: bucket.Bucket, Key: contentPath(key) };
  try {
    await inTime(bucket, (abortSignal) => bucket.client.send(new HeadObjectCommand(target), { abortSignal }));
    return true;
  } catch (error) {
    if (statusOf(error) === 404) return false;
    throw error;
  }
};

const removeObject = async (bucket: Bucket, key: ContentKey): Promise<void> => {
  const target = { Bucket: bucket.Bucket, Key: contentPath(key) };
  await inTime(bucket, (abortSignal) => bucket.client.send(new DeleteObjectCommand(target), { abortSignal }));
};

async function* listTenants({ client, Bucket }: Bucket): AsyncIterable<string> {
  for await (const page of paginateListObjectsV2({ client }, { Bucket, Prefix: "content/", Delimiter: "/" }))
    for (const { Prefix = "" } of page.CommonPrefixes ?? []) {
      const name = Prefix.slice("content/".length, -1);
      if (isTenantId(name)) yield name;
    }
}

async function* listTenant({ client, Bucket }: Bucket, prefix: string): AsyncIterable<KeptFile> {
  for await (const page of paginateListObjectsV2({ client }, { Bucket, Prefix: prefix }))
    for (const { Key = "", LastModified } of page.Contents ?? []) {
      const fileId = toFileId(Key.slice(prefix.length));
      if (fileId && LastModified) yield { fileId, keptAt: LastModified };
    }
}
