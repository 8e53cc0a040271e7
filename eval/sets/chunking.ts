import { readFile } from "node:fs/promises";
import { join } from "node:path";
import type { Span } from "../../server/ingest/document.ts";
import { parseCsv } from "./csv.ts";
import type { EvalSet, Question } from "./set.ts";

const TEXTS = ["state_of_the_union", "wikitexts", "chatlogs", "finance", "pubmed"];
const PAGE_CHARS = 3_000;

type Reference = { start_index: number; end_index: number };

/** Long texts, cut into pages at lines, with the exact pieces that answer each question; every search reads all. */
export const readChunking = async (folder: string): Promise<EvalSet> => {
  const texts = await Promise.all(TEXTS.map((name) => readFile(join(folder, `${name}.md`), "utf8")));
  const pages = new Map(TEXTS.map((name, at) => [name, toPages(texts[at] ?? "")]));
  const rows = parseCsv(await readFile(join(folder, "questions_df.csv"), "utf8"));
  const questions = rows.map(({ question = "", references = "[]", corpus_id: name = "" }): Question => {
    const evidence = (JSON.parse(references) as Reference[]).flatMap((reference) =>
      locate(pages.get(name) ?? [], reference),
    );
    return {
      part: "chunking",
      question,
      answerable: true,
      file: `${name}.pdf`,
      pages: [...new Set(evidence.map(({ page }) => page))],
      answers: [],
      evidence,
    };
  });
  const documents = TEXTS.map((name) => ({
    name: `${name}.pdf`,
    pages: (pages.get(name) ?? []).map(({ text }) => text),
    cut: "whole" as const,
  }));
  return { name: "chunking", documents, questions };
};

type Page = { start: number; text: string };

const toPages = (text: string): Page[] => {
  const pages: Page[] = [];
  for (let start = 0; start < text.length;) {
    const breaks = text.lastIndexOf("\n", start + PAGE_CHARS);
    const space = text.lastIndexOf(" ", start + PAGE_CHARS);
    const cut = breaks > start ? breaks : space > start ? space : start + PAGE_CHARS;
    const end = text.length - start <= PAGE_CHARS ? text.length : cut + 1;
    pages.push({ start, text: text.slice(start, end) });
    start = end;
  }
  return pages;
};

const locate = (pages: Page[], { start_index: from, end_index: to }: Reference): Span[] =>
  pages.flatMap(({ start, text }, index) => {
    const piece = { page: index + 1, start: Math.max(0, from - start), end: Math.min(text.length, to - start) };
    return piece.start < piece.end ? [piece] : [];
  });
