import type { z } from "zod";
import type { FileRow } from "../../db/index.ts";
import { Reason } from "../contract/errors.ts";
import type { File } from "../contract/files.ts";

/** What a newer server has stored is not thrown for: its message says it. */
const KnownReason = Reason.catch("INTERNAL");

/** A file as the contract shows it. */
export const toFile = (row: FileRow): z.input<typeof File> => ({
  id: row.id,
  name: row.name,
  sizeBytes: row.size_bytes,
  ...(row.page_count === null ? {} : { pageCount: row.page_count }),
  status: row.status,
  progress: {
    done: row.done,
    total: row.total,
    ...(row.waiting_for === null ? { stage: row.stage } : { stage: "waiting", waitingFor: row.waiting_for }),
  },
  ...(row.failure ? { failure: { ...row.failure, reason: KnownReason.parse(row.failure.reason) } } : {}),
  ...(row.status === "ready" && row.warnings
    ? { warnings: row.warnings.map(({ reason, pages }) => ({ reason: KnownReason.parse(reason), pages })) }
    : {}),
  createdAt: row.created_at,
});
