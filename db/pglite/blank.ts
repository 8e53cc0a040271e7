import { constants, existsSync, readFileSync } from "node:fs";
import { cp, rename, rm } from "node:fs/promises";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

/**
 * A database without a schema, made when the packages are installed: making one takes seconds, copying it a fraction
 * of one. It belongs to the version of PGlite that made it.
 */
export const blankFolder = (): string => {
  const entry = createRequire(import.meta.url).resolve("@electric-sql/pglite");
  const manifest = JSON.parse(readFileSync(join(dirname(entry), "../package.json"), "utf8")) as { version: string };
  return fileURLToPath(new URL(`../../node_modules/.cache/docuchat/pglite-${manifest.version}`, import.meta.url));
};

/** Begins a data folder that is not there yet with a copy of the blank database, where there is one. */
export const copyBlank = async (folder: string, blank = blankFolder()): Promise<void> => {
  if (existsSync(folder) || !existsSync(blank)) return;
  // A copy that breaks off must not be taken for a database.
  const unfinished = `${folder}.new`;
  await rm(unfinished, { recursive: true, force: true });
  try {
    await cp(blank, unfinished, { recursive: true, mode: constants.COPYFILE_FICLONE });
  } catch (error) {
    // The user who installed the packages may be the only one to read it: PGlite then makes a database itself.
    if (!isDenied(error)) throw error;
    return await rm(unfinished, { recursive: true, force: true });
  }
  await rename(unfinished, folder);
};

const isDenied = (error: unknown): boolean => error instanceof Error && "code" in error && error.code === "EACCES";
