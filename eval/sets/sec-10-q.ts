import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { parseCsv } from "./csv.ts";
import type { EvalSet, Question } from "./set.ts";

/** "*2022 Q3 NVDA*" as the file is named. */
const fileOf = (source: string): string => `${source.replaceAll("*", "").trim().replaceAll(" ", "-")}.pdf`;

/**
 * Quarterly reports with questions about one of them. Their pages are not labelled: `labelPages` finds those that hold
 * most of the reviewed answer, once the documents are read.
 */
export const readSecFilings = async (folder: string): Promise<EvalSet> => {
  const names = (await readdir(folder)).filter((name) => name.endsWith(".pdf")).toSorted();
  const rows = parseCsv(await readFile(join(folder, "questions.csv"), "utf8"));
  const questions = rows.flatMap((row): Question[] => {
    const file = fileOf(row["Source Docs"] ?? "");
    if (!names.includes(file) || !row["Question Type"]?.startsWith("Single-Doc")) return [];
    const answer = (row["Answer"] ?? "").replace(/\n*SOURCE\(S\)[^]*$/, "");
    const question = row["Question"] ?? "";
    return [{ part: "sec-10-q", question, answerable: true, file, pages: [], answers: [answer], evidence: [] }];
  });
  const documents = await Promise.all(names.map(async (name) => ({ name, pdf: await readFile(join(folder, name)) })));
  return { name: "sec-10-q", documents, questions, withPageBaseline: true };
};

const FIGURE = /\d[\d,]*(?:\.\d+)?/g;

/** Figures that tell a page from others: of three digits and more, no years; percentages with a decimal. */
const figuresIn = (text: string): Set<string> =>
  new Set(
    (text.match(FIGURE) ?? []).filter((figure) => !/^(?:19|20)\d\d$/.test(figure) && /\d[.,\d]*\d\d|\.\d/.test(figure)),
  );

/** The pages with most of the answer's figures; without any, or where no page has one, none: the question is left out. */
export const labelPages = (answer: string, pages: readonly string[]): number[] => {
  const figures = figuresIn(answer);
  const counts = pages.map((page) => figuresIn(page).intersection(figures).size);
  const most = Math.max(0, ...counts);
  return most === 0 ? [] : counts.flatMap((count, at) => (count === most ? [at + 1] : []));
};
