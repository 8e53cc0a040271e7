import type { ChatMessage } from "../model.ts";
import type { VendorFailure } from "./failure.ts";

export type ChatBody = {
  model: string;
  messages: ChatMessage[];
  maxCompletionTokens: number;
  stream: boolean;
};
export type EmbeddingBody = { model: string; input: string[]; dimensions?: number };

/** The vendor's API as far as it is used; failures are `VendorFailure`. Optional fields that a server refuses are left out. */
export type Vendor = {
  /** A good response whose body is unread. */
  chat(body: ChatBody, signal: AbortSignal): Promise<Response>;
  embed(body: EmbeddingBody, signal: AbortSignal): Promise<Response>;
  /** Models whose answers begin in reasoning that no tag opens, as their answers have shown. */
  thinksFirst: Set<string>;
  /** The failure that a good response reports in its body, with the server's words and without secrets. */
  reported(error: unknown): VendorFailure;
};

export type Timeouts = {
  /** Until the first words of an answer. */
  firstTokenMs: number;
  betweenTokensMs: number;
  /** For the embeddings of a batch. */
  requestMs: number;
  /** For a question to be rewritten: it can be asked as it is. */
  rewriteMs: number;
  /** The most that a vendor's `retry-after` is obeyed. */
  mostRetryWaitMs: number;
};

export const DEFAULT_TIMEOUTS: Timeouts = {
  firstTokenMs: 120_000,
  betweenTokensMs: 60_000,
  requestMs: 120_000,
  rewriteMs: 15_000,
  mostRetryWaitMs: 20_000,
};
