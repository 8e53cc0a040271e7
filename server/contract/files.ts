import { z } from "zod";
import { Reason } from "./errors.ts";
import { FileId } from "./ids.ts";
import { LIMITS } from "./limits.ts";
import { PlainText } from "./text.ts";

export const FileStatus = z.enum(["queued", "ingesting", "ready", "failed"]);
export type FileStatus = z.infer<typeof FileStatus>;

/**
 * How far an ingest is: `done` of `total` pages (extracting) or chunks (embedding, indexing). While the stage is
 * `waiting`, the model server or the storage is unavailable; the file goes on by itself.
 */
export const FileProgress = z.object({
  stage: z.enum(["queued", "extracting", "embedding", "indexing", "done", "waiting"]),
  done: z.int().min(0),
  total: z.int().min(0),
  waitingFor: z.enum(["model", "storage"]).optional(),
});
export type FileProgress = z.infer<typeof FileProgress>;

export const FileFailure = z.object({
  reason: Reason,
  message: z.string(),
  pages: z.array(z.int()).optional(),
});
export type FileFailure = z.infer<typeof FileFailure>;

/** What was left out of a ready file: its `pages`, which count from 1; of more than 500 the first 500. */
export const FileWarning = z.object({ reason: Reason, pages: z.array(z.int()) });
export type FileWarning = z.infer<typeof FileWarning>;

export const File = z.object({
  id: FileId,
  name: z.string(),
  sizeBytes: z.int(),
  pageCount: z.int().optional(),
  status: FileStatus,
  progress: FileProgress,
  failure: FileFailure.optional(),
  /** Only of ready files: `PDF_NO_TEXT` names the pages without text. */
  warnings: z.array(FileWarning).optional(),
  createdAt: z.date(),
});
export type File = z.infer<typeof File>;

export const UploadedFile = File.extend({ deduplicated: z.boolean() });
export type UploadedFile = z.infer<typeof UploadedFile>;

/** Points (1/72 inch) from the upper left corner of the page as it is shown. */
export const Box = z.object({ x: z.number(), y: z.number(), width: z.number(), height: z.number() });
export type Box = z.infer<typeof Box>;

export const FileIdInput = z.object({ fileId: FileId });

export const ListFilesInput = z.object({
  status: FileStatus.optional(),
  cursor: z.uuid().optional(),
  limit: z.int().min(1).max(LIMITS.pageSize).default(50),
});
export type ListFilesInput = z.infer<typeof ListFilesInput>;
export const ListFilesOutput = z.object({ items: z.array(File), nextCursor: z.string().optional() });
export type ListFilesOutput = z.infer<typeof ListFilesOutput>;

/** Of which reasons failed files are ingested again; without `reasons`, all of them. */
export const RetryFailedInput = z.object({ reasons: z.array(Reason).min(1).max(LIMITS.reasonsPerCall).optional() });
export type RetryFailedInput = z.infer<typeof RetryFailedInput>;
export const RetryFailedOutput = z.object({ count: z.int() });
export type RetryFailedOutput = z.infer<typeof RetryFailedOutput>;

export const WatchFilesInput = z.object({ fileId: FileId.optional(), lastEventId: z.string().nullish() });
export type WatchFilesInput = z.infer<typeof WatchFilesInput>;

export const FilePageInput = z.object({ fileId: FileId, page: z.int32().min(1) });
export type FilePageInput = z.infer<typeof FilePageInput>;
export const FilePage = z.object({
  text: z.string(),
  lines: z.array(z.object({ text: z.string(), box: Box })),
  width: z.number(),
  height: z.number(),
});
export type FilePage = z.infer<typeof FilePage>;

const FileIds = z.array(FileId).min(1).max(LIMITS.fileIdsPerQuestion);

export const SearchInput = z.object({
  query: PlainText.min(1).max(LIMITS.questionChars),
  fileIds: FileIds.optional(),
  limit: z.int().min(1).max(LIMITS.searchHits).optional(),
});
export type SearchInput = z.infer<typeof SearchInput>;
export const SearchHit = z.object({
  fileId: FileId,
  fileName: z.string(),
  page: z.int(),
  pageEnd: z.int(),
  text: z.string(),
  rank: z.number(),
});
export type SearchHit = z.infer<typeof SearchHit>;
export const SearchOutput = z.object({ hits: z.array(SearchHit) });
export type SearchOutput = z.infer<typeof SearchOutput>;
