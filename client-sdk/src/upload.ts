import type { Calls, ChangeOptions } from "./calls.ts";
import { DocuChatError, fromHttpAnswer, toDocuChatError } from "./errors.ts";
import type { File, Reason, UploadedFile } from "./schemas.ts";
import { postFile } from "./send.ts";

export type UploadSource = Blob | { name: string; data: Blob | Uint8Array };
export type UploadProgress = { sentBytes: number; totalBytes: number };
export type UploadOptions = ChangeOptions & {
  /** Replaces the source's own name. */
  name?: string | undefined;
  onProgress?: ((progress: UploadProgress) => void) | undefined;
};

type Ready = {
  /** Waits, from the first look at it on, until the file can be asked about; rejects with the reason it cannot. */
  readonly ready: Promise<File>;
};
/** Resolves when the file has arrived and is queued. */
export type Upload = Promise<UploadedFile & Ready> & Ready;

type Route = { url: string; headers(): Promise<Record<string, string>>; fetch?: typeof globalThis.fetch | undefined };

export const createUpload =
  (route: Route, watch: Calls["files"]["watch"]) =>
  (source: UploadSource, options: UploadOptions = {}): Upload => {
    const uploaded = post(route, source, options).then((file) =>
      withReady(file, () => untilReady(file, watch, options.signal)),
    );
    return withReady(uploaded, () => uploaded.then((file) => file.ready));
  };

const post = async (route: Route, source: UploadSource, options: UploadOptions): Promise<UploadedFile> => {
  const { onProgress, signal, idempotencyKey } = options;
  signal?.throwIfAborted();
  const sent = postFile({
    url: `${route.url}/v1/files`,
    headers: {
      ...(await route.headers()),
      ...(idempotencyKey === undefined ? {} : { "idempotency-key": idempotencyKey }),
    },
    file: named(source, options.name),
    fetch: route.fetch,
    onProgress,
    signal,
  });
  const { status, body } = await sent.catch((error: unknown) => {
    throw signal?.aborted ? signal.reason : toDocuChatError(error);
  });
  if ((status !== 200 && status !== 201) || !isFile(body)) throw fromHttpAnswer(status, body);
  return { ...body, createdAt: new Date(body.createdAt) };
};

/** JSON has no dates. */
type SentFile = Omit<UploadedFile, "createdAt"> & { createdAt: string };
/** Something else between may have answered in the server's place. */
const isFile = (body: unknown): body is SentFile => typeof body === "object" && body !== null && "createdAt" in body;

/** Told apart by shape: a `Blob` of another realm, such as a test's window, is none of ours. */
const named = (source: UploadSource, name: string | undefined): { name: string; data: Blob } => {
  if (!("data" in source)) return { name: name ?? nameOf(source), data: source };
  const { data } = source;
  return { name: name ?? source.name, data: ArrayBuffer.isView(data) ? new Blob([data as BlobPart]) : data };
};

export const nameOf = (file: Blob): string => ("name" in file ? String(file.name) : "document.pdf");

/** Adds `ready`, begun at the first look: nobody who does not ask for it has a rejection to handle. */
const withReady = <T extends object>(target: T, wait: () => Promise<File>): T & Ready => {
  let ready: Promise<File> | undefined;
  return Object.defineProperty(target, "ready", { get: () => (ready ??= wait()) }) as T & Ready;
};

const untilReady = async (
  { id }: File,
  watch: Calls["files"]["watch"],
  signal: AbortSignal | undefined,
): Promise<File> => {
  for await (const file of watch({ fileId: id }, { signal })) {
    if (file.status === "ready") return file;
    if (file.status === "failed") throw failureOf(file);
  }
  signal?.throwIfAborted();
  throw new DocuChatError("SERVICE_UNAVAILABLE", { message: "The client was closed before the file was ready." });
};

/** Why a failed file cannot be read. */
export const failureOf = ({ failure }: File): DocuChatError =>
  new DocuChatError<Reason>(failure?.reason ?? "INTERNAL", {
    message: failure?.message,
    data: failure?.pages ? { pages: failure.pages } : {},
  });
