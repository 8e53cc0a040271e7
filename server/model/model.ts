/** What a text is embedded for; some models, the offline one among them, treat the two differently. */
export type EmbeddingPurpose = "document" | "query";

export type ChatMessage = { role: "system" | "user" | "assistant"; content: string };

/** A numbered passage, as the prompt shows it. `text` has soft wraps joined. */
export type ModelSource = { n: number; fileName: string; page: number; text: string };

export type ChatRequest = {
  /** One of `Model.chatModels`. */
  model: string;
  /** The whole prompt: rules, history, sources and question. */
  messages: ChatMessage[];
  /** The same question and sources by themselves, for a provider that reads no prompt. */
  question: string;
  sources: ModelSource[];
  maxCompletionTokens: number;
};

/** Why a model stopped before its answer was complete. */
export type FinishCause = "length" | "content_filter";

/**
 * The answer as it is written; markers `[n]` cite `sources`. A text that begins with `NO_ANSWER` says that the
 * sources do not tell. The stream of a complete answer ends with one `end`; a stream that ends without one was cut.
 */
export type ChatPart =
  | { type: "delta"; text: string }
  /** What was written so far was no part of the answer. */
  | { type: "restart" }
  | { type: "end"; promptTokens: number; completionTokens: number; estimated: boolean; cause?: FinishCause };

/** What a model writes first when the sources do not answer the question; taken out before anyone reads it. */
export const NO_ANSWER = "[no_answer]";

/** The most tokens that rewriting a question may write. */
export const REWRITE_TOKENS = 200;

export type Embedded = {
  /** One unit vector a text, `dimensions` long; a zero vector for a text that the provider can give none for. */
  vectors: Float32Array[];
  /** As the provider counted them; undefined where it counts none, and whoever calls it does. */
  tokens: number | undefined;
};

/**
 * A language model provider. Failures are `MODEL_UNAVAILABLE`, `MODEL_TIMEOUT` or `MODEL_NOT_ALLOWED`; an abort of
 * `signal` ends a call with the signal's reason. Calls never block the event loop for more than a few milliseconds.
 */
export type Model = {
  /** Its name: `openai`, `offline`, or that of one of your own. */
  provider: string;
  chatModels: readonly [string, ...string[]];
  embedding: {
    /** Names the vector space: vectors of two names are never compared. */
    model: string;
    dimensions: number;
    /** The most texts to hand over in one `embed`. */
    batchSize: number;
  };
  embed(texts: readonly string[], purpose: EmbeddingPurpose, signal?: AbortSignal): Promise<Embedded>;
  /** The same into another space, as vectors that are stored name it; undefined where the provider cannot reach it. */
  inSpace?(space: { name: string; dimensions: number }): Pick<Model, "embedding" | "embed"> | undefined;
  chat(request: ChatRequest, signal: AbortSignal): AsyncIterable<ChatPart>;
  /** A question that leans on the conversation, as one that stands alone; undefined where the provider cannot. */
  rewrite?(
    request: { model: string; messages: ChatMessage[] },
    signal: AbortSignal,
  ): Promise<{
    text: string;
    promptTokens: number;
    completionTokens: number;
  }>;
};
