import { readdir, readFile } from "node:fs/promises";
import { basename, join } from "node:path";
import { z } from "zod";
import type { EvalSet, Question } from "./set.ts";

/** A line of a question file. */
const Line = z.strictObject({
  question: z.string().min(1),
  /** The PDF's file name and those of its pages, from 1 on, that tell the answer. */
  file: z.string().optional(),
  pages: z.array(z.int().min(1)).default([]),
  /** Words that a right answer holds, or several ways to write them. */
  answer: z
    .union([z.string(), z.array(z.string())])
    .default([])
    .transform((answer) => [answer].flat()),
  answerable: z.boolean().default(true),
  /** The only PDF that is read for the answer. */
  within: z.string().optional(),
  /** What is asked before it in the same conversation. */
  after: z.array(z.string()).optional(),
  part: z.string().optional(),
});

export const readQuestions = async (path: string, name: string): Promise<Question[]> => {
  const lines = (await readFile(path, "utf8")).split("\n").filter((line) => line.trim());
  return lines.map((line, index): Question => {
    const parsed = Line.safeParse(json(line));
    if (!parsed.success) throw new Error(`${path}, line ${index + 1}:\n${z.prettifyError(parsed.error)}`);
    const { answer: answers, within: askIn, part, ...rest } = parsed.data;
    return { ...rest, answers, askIn, evidence: [], part: part ? `${name} ${part}` : name };
  });
};

const json = (line: string): unknown => {
  try {
    return JSON.parse(line);
  } catch {
    return line;
  }
};

/** A user's own PDFs and questions. */
export const readOwnFiles = async (questions: string, folder: string): Promise<EvalSet> => {
  const names = (await readdir(folder)).filter((name) => /\.pdf$/i.test(name)).toSorted();
  if (names.length === 0) throw new Error(`There is no PDF in ${folder}.`);
  const name = basename(questions).replace(/\.\w+$/, "");
  const asked = await readQuestions(questions, name);
  const unknown = asked.flatMap(({ file, askIn }) => [file, askIn]).filter((file) => file && !names.includes(file));
  if (unknown.length > 0) throw new Error(`Not in ${folder}: ${[...new Set(unknown)].join(", ")}`);
  const documents = await Promise.all(names.map(async (name) => ({ name, pdf: await readFile(join(folder, name)) })));
  return { name, documents, questions: asked };
};
