import type { ChatMessage } from "../model.ts";

export type ChatBody = {
  model: string;
  messages: ChatMessage[];
  maxCompletionTokens: number;
  stream: boolean;
};
export type EmbeddingBody = { model: string; input: string[]; dimensions?: number };

/** The vendor's API as far as it is used. Each call is one request; failures are `VendorFailure`. */
export type Vendor = {
  /** A good response whose body is unread. */
  chat(body: ChatBody, signal: AbortSignal): Promise<Response>;
  embed(body: EmbeddingBody, signal: AbortSignal): Promise<Response>;
};

export type Timeouts = {
  /** Until the first words of an answer. */
  firstTokenMs: number;
  betweenTokensMs: number;
  /** For a request that is answered whole: embeddings, a rewritten question. */
  requestMs: number;
  /** The most that a vendor's `retry-after` is obeyed. */
  mostRetryWaitMs: number;
};

export const DEFAULT_TIMEOUTS: Timeouts = {
  firstTokenMs: 30_000,
  betweenTokensMs: 20_000,
  requestMs: 60_000,
  mostRetryWaitMs: 20_000,
};
