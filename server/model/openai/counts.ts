import { countTokens } from "../../tokens.ts";
import type { ChatMessage } from "../model.ts";
import type { Usage } from "./wire.ts";

/** OpenAI's chat format adds about so many tokens a message (OpenAI Cookbook, "How to count tokens"). */
const TOKENS_PER_MESSAGE = 4;

/** Some servers send an object without counts with each chunk. */
export const hasCounts = (usage: Usage): boolean => Object.values(usage ?? {}).some(Boolean);

/** What the vendor counted; what it did not is counted here, reasoning included, and marked as estimated. */
export const countsOf = (messages: readonly ChatMessage[], { text, usage }: { text: string; usage: Usage }) => {
  const { prompt_tokens: prompt, completion_tokens: completion, total_tokens: total } = usage ?? {};
  // A zero stands for what was not counted.
  const promptTokens = prompt || restOf(total, completion);
  const completionTokens = completion || restOf(total, prompt);
  return {
    promptTokens: promptTokens || countPrompt(messages),
    completionTokens: completionTokens || countTokens(text),
    estimated: !promptTokens || !completionTokens,
  };
};

const restOf = (total: number | undefined, part: number | undefined): number | undefined =>
  total && part ? Math.max(0, total - part) : undefined;

const countPrompt = (messages: readonly ChatMessage[]): number =>
  messages.reduce((sum, { content }) => sum + countTokens(content) + TOKENS_PER_MESSAGE, 0);
