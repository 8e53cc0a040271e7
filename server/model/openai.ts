import { ReasonError } from "../errors.ts";
import type { Log } from "../log.ts";
import { REWRITE_TOKENS, type Model } from "./model.ts";
import { complete, streamChat } from "./openai/chat.ts";
import { embedTexts } from "./openai/embed.ts";
import { createVendor } from "./openai/client.ts";
import { DEFAULT_TIMEOUTS, type Timeouts } from "./openai/vendor.ts";

export type OpenAiOptions = {
  apiKey: string;
  /** Of another server with the same API. */
  baseUrl?: string | undefined;
  /** Those that may be asked for, the default first. */
  models: readonly [string, ...string[]];
  embeddingModel: string;
  embeddingDimensions: number;
  timeouts?: Partial<Timeouts>;
  /** Hears of what is made to fit the server: inputs that are cut, vectors that are left out. */
  log?: Pick<Log, "warn"> | undefined;
};

const MOST_INPUTS = 100;
const NATIVE_DIMENSIONS: Record<string, number> = { "text-embedding-3-small": 1536, "text-embedding-3-large": 3072 };

/** OpenAI, or a server that speaks its API. */
export const createOpenAiModel = (options: OpenAiOptions): Model => {
  const { models } = options;
  const timeouts = { ...DEFAULT_TIMEOUTS, ...options.timeouts };
  const vendor = createVendor(options);
  const into = (model: string, dimensions: number): Pick<Model, "embedding" | "embed"> => {
    const sendDimensions = model.startsWith("text-embedding-3-");
    const space = { model, dimensions, sendDimensions, maxBatch: MOST_INPUTS };
    return {
      embedding: { model: nameSpace(model, dimensions), dimensions, batchSize: MOST_INPUTS },
      embed: (texts, _purpose, signal) => embedTexts(vendor, texts, { space, timeouts, log: options.log, signal }),
    };
  };
  const allow = (model: string) => {
    if (!models.includes(model)) throw new ReasonError("MODEL_NOT_ALLOWED");
  };
  return {
    provider: "openai",
    chatModels: models,
    ...into(options.embeddingModel, options.embeddingDimensions),
    inSpace: ({ name, dimensions }) => (isOffline(name) ? undefined : into(name.replace(/@\d+$/, ""), dimensions)),
    async *chat(request, signal) {
      allow(request.model);
      yield* streamChat(vendor, { request, timeouts }, signal);
    },
    async rewrite({ model, messages }, signal) {
      allow(model);
      return complete(vendor, { body: { model, messages, maxCompletionTokens: REWRITE_TOKENS }, timeouts }, signal);
    },
  };
};

/** Spaces of the offline provider, which no vendor knows. */
const isOffline = (name: string): boolean => name.startsWith("offline-");

/** Shortened vectors are a space of their own. */
const nameSpace = (model: string, dimensions: number): string =>
  (NATIVE_DIMENSIONS[model] ?? dimensions) === dimensions ? model : `${model}@${dimensions}`;
