import { retrieve } from "../server/retrieval/search.ts";
import { findPages, inTenant } from "../db/index.ts";
import { FileId } from "../server/contract/ids.ts";
import { addDocument } from "./add-document.ts";
import { ask, type Answer } from "./ask.ts";
import { createBm25 } from "./bm25.ts";
import type { Judge } from "./judge.ts";
import { containsAnswer, evidenceRecall, firstHit, ndcg, statementsOf, supports, type Found } from "./metrics.ts";
import type { Product, Tenant } from "./product.ts";
import { labelPages } from "./sets/sec-10-q.ts";
import { sampleQuestions, type EvalSet, type Question } from "./sets/set.ts";

/** What one question showed; what does not apply to it is left out. */
export type Measured = {
  part: string;
  answerable: boolean;
  first?: number | undefined;
  searched?: { rank: number | undefined; recall: number | undefined; ndcg: number; ms: number } | undefined;
  /** Where BM25 over whole pages finds it. */
  pageRank?: number | undefined;
  asked?: AskedMeasures | undefined;
};

type AskedMeasures = {
  refused: boolean;
  /** The answer's words hold the gold answer: its first sentence, and all of it. Undefined where none is given. */
  firstSentence: boolean | undefined;
  whole: boolean | undefined;
  citations: { count: number; supporting: number; verbatim: number };
  statements: { count: number; supported: number };
  /** The first citation opens a page that answers. */
  opensPage: boolean | undefined;
  /** Of a question that follows another: a citation opens such a page. */
  followed: boolean | undefined;
  rewritten: boolean | undefined;
  leans: boolean | undefined;
  judged: boolean | undefined;
  firstMs: number;
};

export type Limits = { searches: number; asks: number };

/** Ingests the set for a tenant of its own, then searches for and asks its questions, one after the other. */
export const measureSet = async (
  product: Product,
  set: EvalSet,
  { limits, judge }: { limits: Limits; judge: Judge | undefined },
): Promise<Measured[]> => {
  const tenant = await product.newTenant();
  const files = new Map<string, string>();
  for (const document of set.documents) files.set(document.name, await addDocument(tenant, document));
  const read = createPageReader(tenant, files);
  const questions = set.withPageBaseline ? await withPages(set, read) : set.questions;
  const bm25 = set.withPageBaseline ? createBm25(await allPages(set, read)) : undefined;
  const searched = new Set(sampleQuestions(questions, limits.searches));
  const asked = new Set(sampleQuestions(questions, limits.asks));
  const measured: Measured[] = [];
  for (const question of questions) {
    if (!searched.has(question) && !asked.has(question)) continue;
    const toSearch = searched.has(question) && question.pages.length > 0 && question.after === undefined;
    const answer = asked.has(question) ? await converse(tenant, question, files) : undefined;
    measured.push({
      part: question.part,
      answerable: question.answerable,
      searched: toSearch ? await searchFor(tenant, question, files) : undefined,
      pageRank: bm25 && firstHit(bm25(question.question), question),
      asked: answer && (await judgeAnswer(question, answer, { read, judge })),
    });
  }
  return measured;
};

type Files = ReadonlyMap<string, string>;
type PageReader = (file: string, page: number) => Promise<string | undefined>;

const createPageReader = ({ ctx }: Tenant, files: Files): PageReader => {
  const known = new Map<string, Promise<string | undefined>>();
  const load = async (file: string, page: number) => {
    const rows = await inTenant(ctx.app.db, ctx.tenantId, (trx) => findPages(trx, files.get(file) ?? "", [page]));
    return rows[0]?.text;
  };
  return (file, page) => {
    const key = `${page} ${file}`;
    const text = known.get(key) ?? load(file, page);
    known.set(key, text);
    return text;
  };
};

const pagesOf = async (file: string, read: PageReader): Promise<string[]> => {
  const pages: string[] = [];
  for (let page = 1; ; page++) {
    const text = await read(file, page);
    if (text === undefined) return pages;
    pages.push(text);
  }
};

const allPages = async ({ documents }: EvalSet, read: PageReader) =>
  (await Promise.all(documents.map(async ({ name }) => ({ name, pages: await pagesOf(name, read) })))).flatMap(
    ({ name, pages }) => pages.map((text, at) => ({ file: name, page: at + 1, text })),
  );

/** Questions with the pages that hold most of their answers; those without one are left out. */
const withPages = async ({ questions }: EvalSet, read: PageReader): Promise<Question[]> => {
  const labelled = await Promise.all(
    questions.map(async (question) => ({
      ...question,
      pages: labelPages(question.answers[0] ?? "", await pagesOf(question.file ?? "", read)),
      answers: [],
    })),
  );
  return labelled.filter(({ pages }) => pages.length > 0);
};

const SEARCHED = 10;
const READ = 6;

const searchFor = async ({ ctx }: Tenant, question: Question, files: Files): Promise<Measured["searched"]> => {
  const fileIds = question.searchIn === undefined ? undefined : [files.get(question.searchIn) ?? ""];
  const start = performance.now();
  const rows = await retrieve(ctx, { query: question.question, fileIds, limit: SEARCHED });
  const ms = performance.now() - start;
  const hits = rows.map((row): Found => ({
    file: row.file_name,
    pageFrom: row.page_from,
    pageTo: row.page_to,
    spans: row.spans,
  }));
  const recall = question.evidence.length > 0 ? evidenceRecall(hits.slice(0, READ), question) : undefined;
  return { rank: firstHit(hits, question), recall, ndcg: ndcg(hits, question, SEARCHED), ms };
};

/** Asks what comes before it, then the question itself, in one conversation. */
const converse = async (tenant: Tenant, { question, after = [], askIn }: Question, files: Files): Promise<Answer> => {
  const fileIds = askIn === undefined ? undefined : [FileId.parse(files.get(askIn))];
  let conversationId: Answer["conversationId"];
  for (const before of after) ({ conversationId } = await ask(tenant, { question: before, fileIds, conversationId }));
  return ask(tenant, { question, fileIds, conversationId });
};

const judgeAnswer = async (
  question: Question,
  answer: Answer,
  { read, judge }: { read: PageReader; judge: Judge | undefined },
): Promise<AskedMeasures> => {
  const { answers, pages, file, answerable, after } = question;
  const refused = answer.outcome === "no_answer";
  const statements = statementsOf(answer.text);
  const gold = answerable && answers.length > 0;
  const isGold = (at: { fileName: string; page: number }) => at.fileName === file && pages.includes(at.page);
  const [opened] = answer.citations;
  return {
    refused,
    firstSentence: gold ? containsAnswer(statements[0]?.text ?? "", answers) : undefined,
    whole: gold ? containsAnswer(answer.text, answers) : undefined,
    ...(await checkCitations(answer, statements, read)),
    opensPage: answerable && pages.length > 0 && opened ? isGold(opened) : undefined,
    followed: after && pages.length > 0 ? answer.citations.some(isGold) : undefined,
    rewritten: after && answer.rewritten !== undefined,
    leans: question.leans,
    judged:
      judge && gold
        ? !refused && (await judge({ question: question.question, answers, answer: answer.text }))
        : undefined,
    firstMs: answer.firstMs,
  };
};

type Statements = ReturnType<typeof statementsOf>;

const checkCitations = async ({ citations, outcome }: Answer, statements: Statements, read: PageReader) => {
  let [supporting, verbatim, supported] = [0, 0, 0];
  for (const { n, fileName, page, quote } of citations) {
    const behind = statements.filter(({ cites }) => cites.includes(n));
    if ((await read(fileName, page))?.includes(quote)) verbatim += 1;
    else continue;
    if (behind.some(({ text }) => supports(quote, text))) supporting += 1;
  }
  for (const { text, cites } of statements)
    if (citations.some(({ n, quote }) => cites.includes(n) && supports(quote, text))) supported += 1;
  return {
    citations: { count: citations.length, supporting, verbatim },
    statements: outcome === "no_answer" ? { count: 0, supported: 0 } : { count: statements.length, supported },
  };
};
