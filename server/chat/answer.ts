import { finishAnswer, inTenant, listHistory, saveAnswer } from "../../db/index.ts";
import type { ChatEvent, Citation, Outcome, Source, TokenUsage } from "../contract/chat.ts";
import { ChatEvent as ChatEventSchema } from "../contract/chat.ts";
import type { TenantContext } from "../context.ts";
import { toReasonError } from "../errors.ts";
import { NO_ANSWER, type ModelSource } from "../model/model.ts";
import { createQuoteFinder } from "../retrieval/quote.ts";
import { rewrite } from "../retrieval/rewrite.ts";
import { retrieve, type Retrieved } from "../retrieval/search.ts";
import { countTokens } from "../tokens.ts";
import { record } from "../ledger.ts";
import { openAnswerLog } from "./answer-log.ts";
import { createCitationReader, type Claim } from "./citations.ts";
import { buildPrompt, type Turn } from "./prompt.ts";

export type NewAnswer = {
  conversationId: string;
  questionId: string;
  messageId: string;
  model: string;
  question: string;
  fileIds?: readonly string[] | undefined;
};

type Log = Awaited<ReturnType<typeof openAnswerLog>>;
type Run = NewAnswer & { ctx: TenantContext; log: Log; signal: AbortSignal; said: Said };
/** What the answer has said so far, as it is stored. */
type Said = { text: string; sources: Source[]; citations: Citation[]; usage: TokenUsage };

const HISTORY_MESSAGES = 6;
const HISTORY_TOKENS = 1_500;
const MAX_COMPLETION_TOKENS = 1_500;
const EXCERPT_CHARS = 320;
const SAVE_EVERY_MS = 1_000;

/**
 * Begins to write an answer, which goes on whether or not anybody follows it: every event into the answer's log, what is
 * said into its message, what is spent into the ledger. Resolves as soon as the log has its first event.
 */
export const startAnswer = async (ctx: TenantContext, answer: NewAnswer): Promise<void> => {
  const { app } = ctx;
  const stopping = new AbortController();
  const log = await openAnswerLog(app, { tenantId: ctx.tenantId, messageId: answer.messageId });
  const said: Said = { text: "", sources: [], citations: [], usage: { promptTokens: 0, completionTokens: 0 } };
  const run: Run = { ...answer, ctx, log, signal: stopping.signal, said };
  await log.append(event({ type: "started", ...answer }));
  const done = write(run)
    .catch((error: unknown) => {
      app.log.error("answer not finished", { tenantId: ctx.tenantId, messageId: answer.messageId, error });
    })
    .finally(() => app.answers.delete(answer.messageId));
  app.answers.set(answer.messageId, { stop: (why) => stopping.abort(why), done });
};

/** The contract's schema brands the ids and drops what does not belong. */
const event = (value: unknown): ChatEvent => ChatEventSchema.parse(value);

/** Every answer ends with an outcome that is stored and told, whatever happens on the way. */
const write = async (run: Run): Promise<void> => {
  const saving = setInterval(() => void save(run), SAVE_EVERY_MS);
  try {
    await finish(run, await answerFrom(run));
  } catch (error) {
    const { app, requestId } = run.ctx;
    const { reason, cause } = toReasonError(error);
    if (!run.signal.aborted)
      app.log.warn("answer failed", { requestId, messageId: run.messageId, reason, error: cause ?? error });
    const stopped = run.signal.aborted ? (run.signal.reason as Outcome) : undefined;
    if (stopped === undefined && run.said.text === "") await run.log.append({ type: "failed", reason });
    await finish(run, stopped ?? "interrupted");
  } finally {
    clearInterval(saving);
    await run.log.close();
  }
};

const save = ({ ctx, messageId, said }: Run): Promise<void> =>
  inTenant(ctx.app.db, ctx.tenantId, (trx) => saveAnswer(trx, messageId, said)).catch((error: unknown) => {
    ctx.app.log.warn("answer not saved", { messageId, error });
  });

const finish = async (run: Run, outcome: Outcome): Promise<void> => {
  const { ctx, messageId, model, said } = run;
  await inTenant(ctx.app.db, ctx.tenantId, async (trx) => {
    await finishAnswer(trx, messageId, { ...said, ...said.usage, outcome });
    await record(trx, { kind: "chat", model, userId: ctx.userId, key: `answer:${messageId}`, ...said.usage });
  });
  await run.log.append({ type: "finished", outcome, usage: said.usage });
};

const answerFrom = async (run: Run): Promise<Outcome> => {
  const { ctx, question, model, fileIds, signal } = run;
  const history = await loadHistory(run);
  const rewritten = await rewrite(ctx, { question, history, model }, signal);
  if (rewritten !== undefined) await run.log.append({ type: "rewritten", query: rewritten });
  const query = rewritten ?? question;
  const passages = pack(await retrieve(ctx, { query, fileIds, limit: ctx.app.config.topK }, signal), run);
  run.said.sources = passages.map(toSource);
  await run.log.append({ type: "sources", sources: run.said.sources });
  return stream(run, passages, { query, history });
};

const loadHistory = async ({ ctx, conversationId, questionId }: Run): Promise<Turn[]> => {
  const rows = await inTenant(ctx.app.db, ctx.tenantId, (trx) =>
    listHistory(trx, ctx.userId, { conversationId, before: questionId, limit: HISTORY_MESSAGES }),
  );
  const turns: Turn[] = [];
  let tokens = 0;
  for (const { role, text } of rows.toReversed()) {
    tokens += countTokens(text);
    if (tokens > HISTORY_TOKENS) break;
    if (text) turns.unshift({ role, content: text });
  }
  return turns;
};

/** As many of the best passages as the context may hold. */
const pack = (passages: Retrieved[], { ctx }: Run): Retrieved[] => {
  let room = ctx.app.config.maxContextTokens;
  return passages.filter((passage) => {
    const fits = passage.tokens <= room;
    if (fits) room -= passage.tokens;
    return fits;
  });
};

const toSource = (passage: Retrieved, index: number): Source =>
  ({
    n: index + 1,
    fileId: passage.file_id,
    fileName: passage.file_name,
    page: passage.page_from,
    excerpt: excerptOf(passage.text),
  }) as Source;

const excerptOf = (text: string): string =>
  text.length > EXCERPT_CHARS ? `${text.slice(0, EXCERPT_CHARS).toWellFormed().trimEnd()}…` : text;

const stream = async (
  run: Run,
  passages: Retrieved[],
  { query, history }: { query: string; history: Turn[] },
): Promise<Outcome> => {
  const sources: ModelSource[] = passages.map((passage, index) => ({
    n: index + 1,
    fileName: passage.file_name,
    page: passage.page_from,
    text: passage.text,
  }));
  const messages = buildPrompt({ question: run.question, sources, history });
  const request = { model: run.model, messages, question: query, sources, maxCompletionTokens: MAX_COMPLETION_TOKENS };
  const reader = createCitationReader(sources.length);
  const cite = citer(run, passages);
  const show = async ({ text, claims }: { text: string; claims: Claim[] }) => {
    if (text) {
      run.said.text += text;
      await run.log.append({ type: "delta", text });
    }
    for (const claim of claims) await cite(claim);
  };
  const refusal = createRefusalReader();
  let counted = false;
  try {
    for await (const part of run.ctx.app.model.chat(request, run.signal)) {
      if (part.type === "delta") {
        await show(reader.push(refusal.push(part.text)));
        continue;
      }
      run.said.usage = { promptTokens: part.promptTokens, completionTokens: part.completionTokens };
      counted = true;
    }
    run.signal.throwIfAborted();
    await show(reader.push(refusal.end()));
    await show(reader.end());
  } finally {
    // A stream that was cut or cancelled tells no usage, and was paid for all the same.
    if (!counted)
      run.said.usage = estimate(
        messages.map((message) => message.content),
        run.said.text,
      );
  }
  return refusal.refused() ? "no_answer" : "answered";
};

const estimate = (prompt: string[], completion: string): TokenUsage => ({
  promptTokens: prompt.reduce((sum, text) => sum + countTokens(text), 0),
  completionTokens: countTokens(completion),
});

/** Writes a citation for each claim: the quote that supports it, unless the same has been cited already. */
const citer = (run: Run, passages: Retrieved[]) => {
  const findQuote = createQuoteFinder(run.ctx);
  const cited = new Set<string>();
  return async ({ n, text }: Claim): Promise<void> => {
    const passage = passages[n - 1];
    const quote = passage && (await findQuote(passage, text));
    if (!quote || cited.has(`${n} ${quote.quote}`)) return;
    cited.add(`${n} ${quote.quote}`);
    const citation = { n, fileId: passage.file_id, fileName: passage.file_name, ...quote } as Citation;
    run.said.citations.push(citation);
    await run.log.append({ type: "citation", ...citation });
  };
};

/** Takes the mark of an answer that the documents do not give off its beginning. */
const createRefusalReader = () => {
  let start: string | undefined = "";
  let refused = false;
  const settle = (text: string): string => {
    start = undefined;
    refused = text.trimStart().startsWith(NO_ANSWER);
    return refused ? text.trimStart().slice(NO_ANSWER.length).trimStart() : text;
  };
  return {
    push: (delta: string): string => {
      if (start === undefined) return delta;
      start += delta;
      const begun = start.trimStart();
      return begun.length < NO_ANSWER.length && NO_ANSWER.startsWith(begun) ? "" : settle(start);
    },
    end: (): string => (start === undefined ? "" : settle(start)),
    refused: (): boolean => refused,
  };
};
