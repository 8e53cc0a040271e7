import type { ChatMessage, ChatPart, ChatRequest, FinishCause } from "../model.ts";
import { countsOf, hasCounts } from "./counts.ts";
import { readEventData } from "./event-stream.ts";
import { malformed, toModelError, VendorFailure } from "./failure.ts";
import { createStallTimeout, type StallTimeout } from "./stall-timeout.ts";
import { withoutReasoning } from "./reasoning.ts";
import { type RetryRule, withRetry } from "./retry.ts";
import { createThoughtReader } from "./thoughts.ts";
import type { Timeouts, Vendor } from "./vendor.ts";
import { type ChatChunk, parseChunk, parseCompletion, readReply, type Usage } from "./wire.ts";

const TRIES = 2;
/** A person waits: a vendor that asks for more is called busy. */
const MOST_WAIT_MS = 5_000;
const AFTER_FINISH_MS = 3_000;
const AFTER_DONE_MS = 200;
const THINKING_TOKENS = 16_000;

const retryRule = (timeouts: Timeouts): RetryRule => ({
  tries: TRIES,
  mostWaitMs: Math.min(MOST_WAIT_MS, timeouts.mostRetryWaitMs),
});

/** Streams an answer. Another try is made only as long as nothing of the answer has come. */
export async function* streamChat(
  vendor: Vendor,
  { request, timeouts }: { request: ChatRequest; timeouts: Timeouts },
  signal: AbortSignal,
): AsyncGenerator<ChatPart> {
  signal.throwIfAborted();
  const { parts, first } = await withRetry(
    async () => {
      const parts = attempt(vendor, { request, timeouts }, signal);
      return { parts, first: await parts.next() };
    },
    retryRule(timeouts),
    signal,
  );
  try {
    if (first.done) return;
    yield first.value;
    yield* parts;
  } catch (error) {
    throw toModelError(error);
  } finally {
    await parts.return(undefined);
  }
}

async function* attempt(
  vendor: Vendor,
  { request, timeouts }: { request: ChatRequest; timeouts: Timeouts },
  signal: AbortSignal,
): AsyncGenerator<ChatPart> {
  const stall = createStallTimeout(signal);
  try {
    stall.restart(timeouts.firstTokenMs);
    const { model, messages, maxCompletionTokens } = request;
    const response = await vendor.chat({ model, messages, maxCompletionTokens, stream: true }, stall.signal);
    if (!response.body) throw malformed("an answer without a body");
    const events = isWhole(response) ? readWhole(vendor, response) : readEventData(response.body, stall.signal);
    const end = yield* readAnswer(events, { vendor, request, stall, timeouts });
    signal.throwIfAborted();
    yield end;
  } catch (error) {
    throw stall.explain(error);
  } finally {
    stall.stop();
  }
}

/** Servers that do not stream answer with the whole. */
const isWhole = ({ headers }: Response): boolean => headers.get("content-type")?.includes("application/json") ?? false;

/** A whole answer as the one chunk of a stream. */
async function* readWhole(vendor: Vendor, response: Response): AsyncGenerator<string> {
  const { choices, usage } = parseCompletion(await readReply(vendor, response));
  const [choice] = choices;
  const finish_reason = choice?.finish_reason ?? "stop";
  yield JSON.stringify({ choices: [{ delta: choice?.message, finish_reason }], usage });
}

type Reading = { vendor: Vendor; request: ChatRequest; stall: StallTimeout; timeouts: Timeouts };

/** Hands on the words as they come; returns the end of an answer that is complete. */
async function* readAnswer(
  events: AsyncGenerator<string>,
  { vendor, request, stall, timeouts }: Reading,
): AsyncGenerator<ChatPart, ChatPart> {
  const answer = createLimit(request.maxCompletionTokens);
  const thinking = createLimit(THINKING_TOKENS);
  const thoughts = createThoughtReader(vendor.thinksFirst.has(request.model));
  const said = { text: "", thought: "" };
  let usage: Usage;
  /** Why the answer ended, once it has. */
  let finish: string | undefined;
  try {
    for await (const data of events) {
      if (data === "[DONE]") {
        finish ??= "stop";
        // Reading on to the end of the response keeps its connection for the next request.
        stall.restart(AFTER_DONE_MS);
        continue;
      }
      const chunk = parseChunk(vendor, data);
      usage = hasCounts(chunk.usage) ? chunk.usage : usage;
      const choice = readChoice(chunk);
      const { answer: content, thought, restart } = thoughts.push(choice.content);
      if (restart) {
        vendor.thinksFirst.add(request.model);
        Object.assign(said, { text: "", thought: said.thought + said.text });
        yield { type: "restart" };
      }
      said.text += content;
      said.thought += choice.thought + thought;
      if (content) {
        stall.stop();
        yield { type: "delta", text: content };
      }
      if (choice.content || choice.thought) stall.restart(timeouts.betweenTokensMs);
      if (choice.finish) stall.restart(AFTER_FINISH_MS);
      const unseen = content ? choice.thought + thought : choice.thought + choice.content;
      const passed = [answer.passedWith(content), thinking.passedWith(unseen)].includes(true);
      finish ??= choice.finish ?? (passed ? "length" : undefined);
      if (passed) break;
    }
  } catch (error) {
    // What breaks after the last word costs no more than the vendor's count.
    if (finish === undefined || !(error instanceof VendorFailure)) throw error;
  }
  if (finish === undefined) throw malformed("an answer that was cut off");
  const { answer: rest, unclosed } = thoughts.end();
  if (unclosed) vendor.thinksFirst.delete(request.model);
  if (rest) yield { type: "delta", text: rest };
  return endOf(request.messages, { text: said.text + rest + said.thought, usage, finish });
}

const readChoice = (chunk: ChatChunk) => {
  const choice = chunk.choices?.[0];
  const { content, thought } = choice?.delta ?? { content: "", thought: "" };
  return { content, thought, finish: choice?.finish_reason || undefined };
};

/** Stops a vendor that ignores the limit it was given: a delta is a token or more, a token rarely 16 characters. */
const createLimit = (tokens: number) => {
  const most = tokens * 1.25 + 50;
  let deltas = 0;
  let chars = 0;
  return {
    passedWith: (text: string): boolean => {
      deltas += text ? 1 : 0;
      chars += text.length;
      return deltas > most || chars > 16 * most;
    },
  };
};

type Ended = { text: string; usage: Usage; finish: string };

const endOf = (messages: readonly ChatMessage[], { text, usage, finish }: Ended): ChatPart => {
  const cause = CAUSES.get(finish);
  return { type: "end", ...countsOf(messages, { text, usage }), ...(cause ? { cause } : {}) };
};

/** Other reasons to finish are those of a complete answer. */
const CAUSES: ReadonlyMap<string, FinishCause> = new Map([
  ["length", "length"],
  ["max_tokens", "length"],
  ["content_filter", "content_filter"],
]);

export type Completion = { text: string; promptTokens: number; completionTokens: number };

/** One short answer, whole: for a question to be rewritten. */
export const complete = (
  vendor: Vendor,
  { body, timeouts }: { body: Pick<ChatRequest, "model" | "messages" | "maxCompletionTokens">; timeouts: Timeouts },
  signal: AbortSignal,
): Promise<Completion> =>
  withRetry(
    async () => {
      const stall = createStallTimeout(signal);
      try {
        stall.restart(timeouts.rewriteMs);
        const response = await vendor.chat({ ...body, stream: false }, stall.signal);
        const { choices, usage } = parseCompletion(await readReply(vendor, response));
        const content = choices[0]?.message.content ?? "";
        const { promptTokens, completionTokens } = countsOf(body.messages, { text: content, usage });
        return { text: withoutReasoning(content).trim(), promptTokens, completionTokens };
      } catch (error) {
        throw stall.explain(error);
      } finally {
        stall.stop();
      }
    },
    retryRule(timeouts),
    signal,
  );
