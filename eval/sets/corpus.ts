import { join } from "node:path";

/** Documents and questions that are not in the repository. */
export const corpus = process.env["CORPUS_DIR"] || join(import.meta.dirname, "../../../shared/corpus");

export const SQUAD2 = "squad2/dev-half.json";
