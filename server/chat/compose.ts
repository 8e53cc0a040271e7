import type { Citation, FinishCause, Outcome, Source, TokenUsage } from "../contract/chat.ts";
import type { TenantContext } from "../context.ts";
import { ReasonError } from "../errors.ts";
import type { ModelSource } from "../model/model.ts";
import { wordNoAnswer } from "../model/offline/wording.ts";
import { expand, type Expanded } from "../retrieval/expand.ts";
import { createQuoteFinder } from "../retrieval/quote.ts";
import { rewrite } from "../retrieval/rewrite.ts";
import { retrieve } from "../retrieval/search.ts";
import { countTokens } from "../tokens.ts";
import type { LogEvent } from "./answer-log.ts";
import { createAnswerReader } from "./answer-reader.ts";
import type { Claim } from "./citations.ts";
import { joinDeltas, pauseAmong } from "./join-deltas.ts";
import { loadHistory } from "./history.ts";
import { buildPrompt, type Turn } from "./prompt.ts";
import { quoteOfRemoved } from "./removed.ts";
import { FRAME_TOKENS, MAX_COMPLETION_TOKENS } from "./spending.ts";

export type NewAnswer = {
  conversationId: string;
  questionId: string;
  messageId: string;
  model: string;
  question: string;
  fileIds?: readonly string[] | undefined;
  /** Whether nothing comes before it in its conversation. */
  first: boolean;
  /** Whether any file that is asked can be searched. */
  hasDocuments: boolean;
};

/** How an answer ends, and why where it is not complete. */
export type Ending = { outcome: Outcome; cause?: FinishCause };

/** What an answer has said so far, as it is stored. */
export type Said = { text: string; sources: Source[]; citations: Citation[]; usage: TokenUsage };

/** An answer that is being written. */
export type Run = NewAnswer & {
  ctx: TenantContext;
  said: Said;
  tell: (event: LogEvent) => Promise<void>;
  signal: AbortSignal;
};

const EXCERPT_CHARS = 320;

/**
 * Finds the sources of an answer and has the model write it, telling each event and keeping what is said. Throws what
 * the model throws, or the signal's reason; what was said and spent by then stands in `run.said`.
 */
export const compose = async (run: Run): Promise<Ending> => {
  const { ctx, question, model, fileIds, signal } = run;
  if (!run.hasDocuments) return answerNothing(run);
  const history = run.first ? [] : await loadHistory(ctx, run);
  const rewritten = await rewrite(ctx, { question, history, model }, signal);
  if (rewritten !== undefined) await run.tell({ type: "rewritten", query: rewritten });
  const query = rewritten ?? question;
  const passages = await expand(ctx, await retrieve(ctx, { query, fileIds, limit: ctx.app.config.topK }, signal));
  run.said.sources = passages.map(toSource);
  await run.tell({ type: "sources", sources: run.said.sources });
  return stream(run, passages, { query, history });
};

/** Without documents there is nothing to search, and no model to ask. */
const answerNothing = async (run: Run): Promise<Ending> => {
  await run.tell({ type: "sources", sources: [] });
  run.said.text = wordNoAnswer(run.question);
  await run.tell({ type: "delta", text: run.said.text });
  return { outcome: "no_answer", cause: "no_documents" };
};

const toSource = (passage: Expanded, index: number): Source =>
  ({
    n: index + 1,
    fileId: passage.file_id,
    fileName: passage.file_name,
    page: passage.page_from,
    excerpt: excerptOf(passage.text),
  }) as Source;

/** The numbered sources, with what is read of each. */
const toModelSources = (passages: Expanded[], read: (passage: Expanded) => string): ModelSource[] =>
  passages.map((passage, index) => ({
    n: index + 1,
    fileName: passage.file_name,
    page: passage.page_from,
    text: read(passage),
  }));

const excerptOf = (text: string): string =>
  text.length > EXCERPT_CHARS ? `${text.slice(0, EXCERPT_CHARS).toWellFormed().trimEnd()}…` : text;

const stream = async (
  run: Run,
  passages: Expanded[],
  { query, history }: { query: string; history: Turn[] },
): Promise<Ending> => {
  const sources = toModelSources(passages, ({ text }) => text);
  const excerpts = toModelSources(passages, ({ read }) => read.text);
  const messages = buildPrompt({ question: run.question, sources: excerpts, history });
  const request = { model: run.model, messages, question: query, sources, maxCompletionTokens: MAX_COMPLETION_TOKENS };
  const begin = () => ({ reader: createAnswerReader(excerpts.map(({ text }) => text)), cite: citer(run, passages) });
  let writing = begin();
  const show = async ({ text, claims }: { text: string; claims: Claim[] }) => {
    if (text) {
      run.said.text += text;
      await run.tell({ type: "delta", text });
    }
    for (const claim of claims) await writing.cite(claim);
  };
  // What this process cannot count any more, should it die, the next one counts from here.
  run.said.usage.promptTokens = FRAME_TOKENS + passages.reduce((sum, { read }) => sum + read.tokens, 0);
  const { answers, model } = run.ctx.app;
  let counted = false;
  let cause: FinishCause | undefined;
  try {
    const pause = pauseAmong(() => answers.size, run.signal);
    for await (const part of joinDeltas(model.chat(request, run.signal), pause)) {
      if (part.type === "delta") {
        await show(writing.reader.push(part.text));
        continue;
      }
      if (part.type === "restart") {
        writing = begin();
        Object.assign(run.said, { text: "", citations: [] });
        await run.tell({ type: "snapshot", text: "" });
        continue;
      }
      run.said.usage = { promptTokens: part.promptTokens, completionTokens: part.completionTokens };
      cause = part.cause;
      counted = true;
    }
    run.signal.throwIfAborted();
    await show(writing.reader.end());
  } finally {
    // A stream that was cut or cancelled tells no usage, and was paid for all the same.
    if (!counted)
      run.said.usage = estimate(
        messages.map((message) => message.content),
        run.said.text,
      );
  }
  if (cause !== undefined) return { outcome: "interrupted", cause };
  if (writing.reader.refused()) return { outcome: "no_answer" };
  // Reasoning alone, or nothing at all, is no answer.
  if (run.said.text.trim() === "") throw new ReasonError("MODEL_UNAVAILABLE");
  return { outcome: "answered" };
};

const estimate = (prompt: string[], completion: string): TokenUsage => ({
  promptTokens: prompt.reduce((sum, text) => sum + countTokens(text), 0),
  completionTokens: countTokens(completion),
});

/** Writes a citation for each claim: the quote that supports it, unless the same has been cited already. */
const citer = (run: Run, passages: Expanded[]) => {
  const findQuote = createQuoteFinder(run.ctx);
  const cited = new Set<string>();
  return async ({ n, text }: Claim): Promise<void> => {
    const passage = passages[n - 1];
    const quote = passage && ((await findQuote(passage, text)) ?? (await quoteOfRemoved(run.ctx, passage)));
    if (!quote || cited.has(`${n} ${quote.quote}`)) return;
    cited.add(`${n} ${quote.quote}`);
    const citation = { n, fileId: passage.file_id, fileName: passage.file_name, ...quote } as Citation;
    run.said.citations.push(citation);
    await run.tell({ type: "citation", ...citation });
  };
};
