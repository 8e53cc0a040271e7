import { existsSync } from "node:fs";
import { readFile } from "node:fs/promises";
import { join } from "node:path";

/** Inputs that failed once; they lie beside the corpus. */
const CASES = join(process.env["CORPUS_DIR"] ?? "../shared/corpus", "..", "cases");

/** Whether the cases are on this machine; tests that need them are skipped elsewhere. */
export const hasCases = existsSync(CASES);

/** The bytes of a case, named by its folder and file. */
export const readCase = (name: string): Promise<Buffer> => readFile(join(CASES, name));
