import type { Span } from "../../server/ingest/document.ts";

/** A PDF to be ingested as an upload is, or the text of pages that never were one. */
export type Document = { name: string; pdf: Buffer } | { name: string; pages: string[]; cut: "whole" | "by page" };

export type Question = {
  /** The row of the table that it counts in. */
  part: string;
  question: string;
  /** Whether the documents asked tell it. */
  answerable: boolean;
  /** The document and those of its pages that tell it; `answers` are words of which an answer holds one. */
  file?: string | undefined;
  pages: readonly number[];
  answers: readonly string[];
  /** The exact pieces of the pages that tell it, where they are known. */
  evidence: readonly Span[];
  /** Search and answer read this document alone. */
  searchIn?: string | undefined;
  askIn?: string | undefined;
  /** What is asked before it in the same conversation. */
  after?: readonly string[] | undefined;
  /** Whether it needs what was asked before; set where that is known. */
  leans?: boolean | undefined;
};

export type EvalSet = {
  name: string;
  documents: Document[];
  questions: Question[];
  /** Compares with BM25 over whole pages. */
  withPageBaseline?: boolean;
};

/** Every nth of a list, at most `limit`: the same ones each time. */
export const sample = <T>(items: readonly T[], limit: number): T[] => {
  if (items.length <= limit) return [...items];
  return Array.from({ length: limit }, (_, index) => items[Math.floor((index * items.length) / limit)]).filter(
    (item) => item !== undefined,
  );
};

/** At most `limit` questions of each part, answerable ones and others each. */
export const sampleQuestions = (questions: readonly Question[], limit: number): Question[] => {
  const groups = Map.groupBy(questions, ({ part, answerable }) => `${part} ${answerable}`);
  const kept = new Set([...groups.values()].flatMap((group) => sample(group, limit)));
  return questions.filter((question) => kept.has(question));
};
