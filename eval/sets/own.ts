import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { makePdf } from "../own/make-pdf.ts";
import { readQuestions } from "./question-file.ts";
import type { EvalSet } from "./set.ts";

const FOLDER = join(import.meta.dirname, "../own");

/** Documents and questions that were written for this evaluation; the PDFs are made of texts at each run. */
export const readOwn = async (): Promise<EvalSet> => {
  const folder = join(FOLDER, "documents");
  const names = (await readdir(folder)).toSorted();
  const documents = await Promise.all(
    names.map(async (name) => ({
      name: name.replace(/\.txt$/, ".pdf"),
      pdf: makePdf((await readFile(join(folder, name), "utf8")).trim()),
    })),
  );
  const questions = await readQuestions(join(FOLDER, "questions.jsonl"), "own");
  const leaning = questions.map((question) => {
    const leans = question.part.endsWith("follow-up") ? true : question.after ? false : undefined;
    return { ...question, leans };
  });
  return { name: "own", documents, questions: leaning };
};
