import type { Config } from "../config.ts";
import { REWRITE_TOKENS } from "../model/model.ts";
import { countTokens } from "../tokens.ts";
import type { Need } from "../quota.ts";

export const HISTORY_TOKENS = 1_500;
export const MAX_COMPLETION_TOKENS = 1_500;
/** A source's number, its file's name and its page. */
const HEAD_TOKENS = 100;
/** The rules, and what the format of a chat adds. */
export const FRAME_TOKENS = 500;

/** Under which an answer is in the ledger, and before that reserved. */
export const spendingKey = (messageId: string): string => `answer:${messageId}`;

/**
 * The most that an answer can come to: the prompt with a full context, what is written, and before that the question
 * rewritten and embedded.
 */
export const mostOf = ({ maxContextTokens, topK }: Config, question: string): Need => {
  const asked = countTokens(question);
  const heads = topK * HEAD_TOKENS;
  const rewriting = FRAME_TOKENS + HISTORY_TOKENS + asked + REWRITE_TOKENS;
  const embedding = HISTORY_TOKENS + asked;
  const answering = FRAME_TOKENS + HISTORY_TOKENS + maxContextTokens + heads + asked + MAX_COMPLETION_TOKENS;
  return { requests: 1, tokens: rewriting + embedding + answering };
};
