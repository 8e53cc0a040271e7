import { ReasonError } from "../errors.ts";

/** No room on the disk, none left of the user's share, or a file larger than the disk takes. */
const FULL = new Set(["ENOSPC", "EDQUOT", "EFBIG"]);

/** A failure to write as its reason: a disk that is full is nobody's mistake, and said plainly. */
export const explainWrite = (error: unknown): unknown =>
  error instanceof Error && "code" in error && FULL.has(String(error.code))
    ? new ReasonError("SERVICE_UNAVAILABLE", { message: "There is no room to keep the file now.", cause: error })
    : error;
