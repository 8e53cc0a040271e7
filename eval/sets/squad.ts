import { readFile } from "node:fs/promises";
import type { Document, EvalSet, Question } from "./set.ts";

type Article = { title: string; paragraphs: { context: string; qas: Asked[] }[] };
type Asked = { question: string; is_impossible?: boolean; answers: { text: string; answer_start: number }[] };

/** Every nth question is put to another article as well, which does not tell. */
const ELSEWHERE = 10;

/**
 * Articles in SQuAD's format: an article is a document, a paragraph a page that is cut by itself. Names tell nothing.
 * Search reads all articles; answers read the question's own, as those who wrote unanswerable ones had it before them.
 */
export const readSquad = async (name: string, path: string, partOf: (article: number) => string): Promise<EvalSet> => {
  const { data } = JSON.parse(await readFile(path, "utf8")) as { data: Article[] };
  const documents: Document[] = data.map(({ paragraphs }, at) => ({
    name: nameOf(at),
    pages: paragraphs.map(({ context }) => context),
    cut: "by page",
  }));
  const questions = data.flatMap((article, at) =>
    article.paragraphs.flatMap(({ qas }, index) =>
      qas.map((qa) => toQuestion(qa, { part: partOf(at), file: nameOf(at), page: index + 1 })),
    ),
  );
  const elsewhere = questions
    .filter(({ answerable }, at) => answerable && at % ELSEWHERE === 0)
    .map((question): Question => {
      const other = (data.length / 2 + Number(/\d+/.exec(question.file ?? "")?.[0])) % data.length;
      return { ...notTold(question.question, `${name} elsewhere`), askIn: nameOf(Math.floor(other)) };
    });
  return { name, documents, questions: [...questions, ...elsewhere] };
};

/** Weights were fitted on articles with an even number; the others report. */
const half = (article: number) => `squad2 ${article % 2 === 0 ? "fitted on" : HELD_OUT}`;
export const HELD_OUT = "held out";

export const readSquad2 = (path: string): Promise<EvalSet> => readSquad("squad2", path, half);

const nameOf = (at: number) => `${at}.pdf`;

const notTold = (question: string, part: string): Question => ({
  part,
  question,
  answerable: false,
  pages: [],
  answers: [],
  evidence: [],
});

const toQuestion = (qa: Asked, { part, file, page }: { part: string; file: string; page: number }): Question => {
  const { question, answers, is_impossible: impossible = false } = qa;
  if (impossible) return { ...notTold(question, part), askIn: file };
  const [first] = answers;
  const start = first?.answer_start ?? 0;
  return {
    part,
    question,
    answerable: true,
    file,
    askIn: file,
    pages: [page],
    answers: [...new Set(answers.map(({ text }) => text))],
    evidence: first ? [{ page, start, end: start + first.text.length }] : [],
  };
};
