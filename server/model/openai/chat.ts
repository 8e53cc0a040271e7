import { countTokens } from "../../tokens.ts";
import type { ChatMessage, ChatPart, ChatRequest } from "../model.ts";
import { readEventData } from "./event-stream.ts";
import { malformed, toModelError, VendorFailure } from "./failure.ts";
import { createPatience, type Patience } from "./patience.ts";
import { type RetryRule, withRetry } from "./retry.ts";
import type { Timeouts, Vendor } from "./vendor.ts";
import { type ChatChunk, parseChunk, parseCompletion, readJson } from "./wire.ts";

const TRIES = 2;
/** A person waits: a vendor that asks for more is called busy. */
const MOST_WAIT_MS = 5_000;
const AFTER_FINISH_MS = 3_000;
const AFTER_DONE_MS = 200;
const THINKING_TOKENS = 16_000;
/** OpenAI's chat format adds about so many tokens a message (OpenAI Cookbook, "How to count tokens"). */
const TOKENS_PER_MESSAGE = 4;

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
  const patience = createPatience(signal);
  try {
    patience.expectWithin(timeouts.firstTokenMs);
    const { model, messages, maxCompletionTokens } = request;
    const response = await vendor.chat({ model, messages, maxCompletionTokens, stream: true }, patience.signal);
    if (!response.body) throw malformed("an answer without a body");
    const end = yield* readAnswer(readEventData(response.body, patience.signal), { request, patience, timeouts });
    signal.throwIfAborted();
    yield end;
  } catch (error) {
    throw patience.explain(error);
  } finally {
    patience.stop();
  }
}

type Reading = { request: ChatRequest; patience: Patience; timeouts: Timeouts };

/** Hands on the words as they come; returns the end of an answer that is complete. */
async function* readAnswer(
  events: AsyncGenerator<string>,
  { request, patience, timeouts }: Reading,
): AsyncGenerator<ChatPart, ChatPart> {
  const answer = createLimit(request.maxCompletionTokens);
  const thinking = createLimit(THINKING_TOKENS);
  let text = "";
  let usage: ChatChunk["usage"];
  let finished = false;
  try {
    for await (const data of events) {
      if (data === "[DONE]") {
        // Reading on to the end of the response keeps its connection for the next request.
        patience.expectWithin(AFTER_DONE_MS);
        continue;
      }
      const chunk = parseChunk(data);
      usage = chunk.usage ?? usage;
      const { content, thought, finish } = readChoice(chunk);
      if (content) {
        text += content;
        patience.stop();
        yield { type: "delta", text: content };
      }
      if (content || thought) patience.expectWithin(timeouts.betweenTokensMs);
      if (finish) patience.expectWithin(AFTER_FINISH_MS);
      finished ||= finish || answer.passedWith(content);
      if (answer.passed() || thinking.passedWith(thought)) break;
    }
  } catch (error) {
    // What breaks after the last word costs no more than the vendor's count.
    if (!finished || !(error instanceof VendorFailure)) throw error;
  }
  if (!finished) throw malformed("an answer that was cut off");
  return endOf(request.messages, text, usage);
}

const readChoice = (chunk: ChatChunk) => {
  const choice = chunk.choices?.[0];
  return {
    content: choice?.delta?.content ?? "",
    thought: choice?.delta?.reasoning_content ?? choice?.delta?.reasoning ?? "",
    finish: Boolean(choice?.finish_reason),
  };
};

/** Stops a vendor that ignores the limit it was given: a delta is a token or more, a token rarely 16 characters. */
const createLimit = (tokens: number) => {
  const most = tokens * 1.25 + 50;
  let deltas = 0;
  let chars = 0;
  const passed = () => deltas > most || chars > 16 * most;
  return {
    passed,
    passedWith: (text: string) => {
      deltas += text ? 1 : 0;
      chars += text.length;
      return passed();
    },
  };
};

const endOf = (messages: readonly ChatMessage[], text: string, usage: ChatChunk["usage"]): ChatPart => ({
  type: "end",
  promptTokens: usage?.prompt_tokens ?? countPrompt(messages),
  completionTokens: usage?.completion_tokens ?? countTokens(text),
  estimated: !usage,
});

const countPrompt = (messages: readonly ChatMessage[]): number =>
  messages.reduce((sum, { content }) => sum + countTokens(content) + TOKENS_PER_MESSAGE, 0);

export type Completion = { text: string; promptTokens: number; completionTokens: number };

/** One short answer, whole: for a question to be rewritten. */
export const complete = (
  vendor: Vendor,
  { body, timeouts }: { body: Pick<ChatRequest, "model" | "messages" | "maxCompletionTokens">; timeouts: Timeouts },
  signal: AbortSignal,
): Promise<Completion> =>
  withRetry(
    async () => {
      const patience = createPatience(signal);
      try {
        patience.expectWithin(timeouts.firstTokenMs);
        const response = await vendor.chat({ ...body, stream: false }, patience.signal);
        const { choices, usage } = parseCompletion(await readJson(response));
        const text = choices[0]?.message.content?.trim() ?? "";
        return {
          text,
          promptTokens: usage?.prompt_tokens ?? countPrompt(body.messages),
          completionTokens: usage?.completion_tokens ?? countTokens(text),
        };
      } catch (error) {
        throw patience.explain(error);
      } finally {
        patience.stop();
      }
    },
    retryRule(timeouts),
    signal,
  );
