import { access, constants, mkdir, open, unlink } from "node:fs/promises";
import { join } from "node:path";
import { newId } from "./id.ts";
import { codeOf, StartError } from "./start-error.ts";

/** What the product keeps there; whatever else lies in the folder is none of its business. */
const NAMES = ["postgres", "files", "jwt-secret", "lock.sqlite"];
const READ_WRITE = constants.R_OK | constants.W_OK;

/** Makes the data folder where it is missing. Throws a `StartError` where this process cannot write to it. */
export const checkDataDir = async (dataDir: string): Promise<void> => {
  try {
    await mkdir(dataDir, { recursive: true });
    await writeProbe(join(dataDir, `.probe-${newId()}`));
    // Another user may have made them, in a folder that all may write to.
    for (const name of NAMES) await access(join(dataDir, name), READ_WRITE).catch(unlessMissing);
  } catch (error) {
    throw explainDataDir(dataDir, error);
  }
};

const writeProbe = async (path: string): Promise<void> => {
  const file = await open(path, "wx", 0o600);
  try {
    await file.writeFile("probe");
  } finally {
    await file.close();
    await unlink(path);
  }
};

const unlessMissing = (error: unknown): void => {
  if (codeOf(error) !== "ENOENT") throw error;
};

const DENIED = "this user may not read and write there: give it the rights, or set DATA_DIR to another folder";
const FULL = "the disk is full: make room, or set DATA_DIR to a folder on another disk";
const NO_FOLDER = "a file stands in the place of a folder: remove it, or set DATA_DIR to a folder";
const PROBLEMS: Record<string, { problem: string; exit: "config" | "unavailable" }> = {
  EACCES: { problem: DENIED, exit: "config" },
  EPERM: { problem: DENIED, exit: "config" },
  EROFS: { problem: "the file system is read-only: set DATA_DIR to a folder that can be written to", exit: "config" },
  ENOTDIR: { problem: NO_FOLDER, exit: "config" },
  EEXIST: { problem: NO_FOLDER, exit: "config" },
  ENOSPC: { problem: FULL, exit: "unavailable" },
  EDQUOT: { problem: FULL, exit: "unavailable" },
};

/** Why the data folder cannot be used, as a `StartError` where that is known; anything else as it is. */
export const explainDataDir = (dataDir: string, error: unknown): unknown => {
  const known = PROBLEMS[codeOf(error)];
  if (known) return new StartError(`DATA_DIR ${dataDir}: ${known.problem}.`, { exit: known.exit, cause: error });
  if (codeOf(error) !== "ERR_SQLITE_ERROR") return error;
  const problem = "its file system gives no lock: set DATA_DIR to a folder on a local disk that this user may write to";
  return new StartError(`DATA_DIR ${dataDir}: ${problem}.`, { exit: "config", cause: error });
};
