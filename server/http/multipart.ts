import { createHash } from "node:crypto";
import { open } from "node:fs/promises";
import type { IncomingMessage } from "node:http";
import { Busboy, type BusboyFileStream } from "@fastify/busboy";
import { ReasonError } from "../errors.ts";
import { explainWrite } from "../files/full-disk.ts";
import type { Incoming } from "../files/receive.ts";

const FIELD = "file";
/** What a form may have around the file: boundaries, headers, a few small fields. */
export const FORM_BYTES = 16 * 1024;
const STALL_MS = 30_000;
/** Readers look for the header this far in (PDF 1.7, Adobe's implementation note 13). */
const HEADER_WITHIN_BYTES = 1_024;
const LIMITS = { files: 1, fields: 10, parts: 12, fieldSize: 1_024, headerPairs: 20, headerSize: 8 * 1024 };

type Options = {
  path: string;
  maxBytes: number;
  stallMs?: number;
  /** Ends the reading, with its reason. */
  ended?: AbortSignal;
};

/**
 * Streams the file of a multipart form (RFC 7578) to `path`, hashed and counted on the way, and reads no further than
 * the first thing that is wrong. Throws `INVALID_INPUT` for another form than one with one file in the field `file`,
 * `FILE_TOO_LARGE`, `FILE_NOT_PDF`, `FILE_TRUNCATED` for a body that ends early or stands still, and the reason of `ended`. Whatever is at
 * `path` afterwards is the caller's to remove.
 */
export const readFileForm = async (
  incoming: IncomingMessage,
  { path, maxBytes, stallMs = STALL_MS, ended }: Options,
): Promise<Incoming> => {
  ended?.throwIfAborted();
  const form = openForm(incoming);
  const { promise: read, resolve, reject } = Promise.withResolvers<void>();
  const refuse = (reason: "FILE_TRUNCATED" | "FILE_TOO_LARGE") => reject(new ReasonError(reason));
  let file: { name: string; stream: BusboyFileStream; saved: Promise<Saved> } | undefined;
  form.on("file", (field, stream, name) => {
    // A form that ends early fails its file too, and nobody may be listening by then.
    stream.on("error", () => refuse("FILE_TRUNCATED"));
    if (field !== FIELD) return reject(wrongForm());
    const saved = save(stream, path, maxBytes);
    saved.catch(reject);
    file = { name: name ?? "", stream, saved };
  });
  form.on("filesLimit", () => reject(wrongForm()));
  form.on("error", () => refuse("FILE_TRUNCATED"));
  form.on("finish", resolve);

  const stalled = setTimeout(() => refuse("FILE_TRUNCATED"), stallMs);
  let bytes = 0;
  const onData = (part: Buffer) => {
    stalled.refresh();
    bytes += part.length;
    if (bytes > maxBytes + FORM_BYTES) refuse("FILE_TOO_LARGE");
  };
  const onEnded = () => reject(ended?.reason);
  ended?.addEventListener("abort", onEnded);
  const onClose = () => incoming.complete || refuse("FILE_TRUNCATED");
  incoming.on("data", onData).on("close", onClose).on("error", onClose);
  if (incoming.destroyed) onClose();
  incoming.pipe(form);
  try {
    await read;
    if (!file) throw wrongForm();
    return { path, name: file.name, ...(await file.saved) };
  } catch (error) {
    incoming.unpipe(form).pause();
    file?.stream.destroy();
    await file?.saved.catch(() => {});
    throw error;
  } finally {
    clearTimeout(stalled);
    ended?.removeEventListener("abort", onEnded);
    incoming.off("data", onData).off("close", onClose);
  }
};

const wrongForm = () =>
  new ReasonError("INVALID_INPUT", { message: `Send a multipart form with one file, in the field "${FIELD}".` });

const openForm = ({ headers }: IncomingMessage) => {
  const type = headers["content-type"];
  if (!type || !/^multipart\/form-data/i.test(type)) throw wrongForm();
  try {
    return new Busboy({ headers: { ...headers, "content-type": type }, limits: LIMITS });
  } catch {
    throw wrongForm();
  }
};

type Saved = { sizeBytes: number; sha256: string };

const save = async (stream: BusboyFileStream, path: string, maxBytes: number): Promise<Saved> => {
  const hash = createHash("sha256");
  let head: Buffer = Buffer.alloc(0);
  let sizeBytes = 0;
  const target = await open(path, "wx", 0o600).catch(rethrow);
  try {
    // Destroyed while the form still writes to it, it would fail as if the body were cut.
    for await (const part of stream.iterator({ destroyOnReturn: false })) {
      sizeBytes += part.length;
      if (sizeBytes > maxBytes) throw new ReasonError("FILE_TOO_LARGE");
      if (head.length < HEADER_WITHIN_BYTES) {
        head = Buffer.concat([head, part]).subarray(0, HEADER_WITHIN_BYTES);
        if (head.length === HEADER_WITHIN_BYTES) mustBePdf(head);
      }
      hash.update(part);
      await target.appendFile(part).catch(rethrow);
    }
    mustBePdf(head);
    return { sizeBytes, sha256: hash.digest("hex") };
  } finally {
    // Some disks tell only now that they were full.
    await target.close().catch(rethrow);
  }
};

const rethrow = (error: unknown): never => {
  throw explainWrite(error);
};

const mustBePdf = (head: Buffer): void => {
  if (!head.includes("%PDF-")) throw new ReasonError("FILE_NOT_PDF");
};
