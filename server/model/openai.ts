// oxlint-disable-next-line no-restricted-imports -- the vendor's one importer
import OpenAI, { APIError } from "openai";
import { ReasonError } from "../errors.ts";
import type { Model } from "./model.ts";
import { complete, streamChat } from "./openai/chat.ts";
import { embedTexts } from "./openai/embed.ts";
import { disconnected, retryAfterOf, VendorFailure } from "./openai/failure.ts";
import { DEFAULT_TIMEOUTS, type Timeouts, type Vendor } from "./openai/vendor.ts";

export type OpenAiOptions = {
  apiKey: string;
  /** Of another server with the same API. */
  baseUrl?: string | undefined;
  /** Those that may be asked for, the default first. */
  models: readonly [string, ...string[]];
  embeddingModel: string;
  embeddingDimensions: number;
  timeouts?: Partial<Timeouts>;
};

const MOST_INPUTS = 100;
const REWRITE_TOKENS = 200;
const NATIVE_DIMENSIONS: Record<string, number> = { "text-embedding-3-small": 1536, "text-embedding-3-large": 3072 };

/** OpenAI, or a server that speaks its API. Timers, tries and limits are ours: the client's own are switched off. */
export const createOpenAiModel = (options: OpenAiOptions): Model => {
  const { models } = options;
  const timeouts = { ...DEFAULT_TIMEOUTS, ...options.timeouts };
  const vendor = createVendor(options);
  const into = (model: string, dimensions: number): Pick<Model, "embedding" | "embed"> => {
    const space = { model, dimensions, sendDimensions: model.startsWith("text-embedding-3-") };
    return {
      embedding: { model: nameSpace(model, dimensions), dimensions, batchSize: MOST_INPUTS },
      embed: (texts, _purpose, signal) => embedTexts(vendor, texts, { space, timeouts, signal }),
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

const createVendor = ({ apiKey, baseUrl }: OpenAiOptions): Vendor => {
  const client = new OpenAI({ apiKey, baseURL: baseUrl ?? null, maxRetries: 0, logLevel: "off" });
  return {
    chat: ({ maxCompletionTokens, stream, ...body }, signal) =>
      ask(() => {
        const limits = limitsOf(body.model, maxCompletionTokens, baseUrl !== undefined);
        const streaming = stream ? { stream: true as const, stream_options: { include_usage: true } } : {};
        return client.chat.completions.create({ ...body, ...limits, ...streaming }, { signal }).asResponse();
      }),
    embed: (body, signal) =>
      ask(() => client.embeddings.create({ ...body, encoding_format: "base64" }, { signal }).asResponse()),
  };
};

/** Reasoning models know only the newer name of the limit, many compatible servers only the older one. */
const limitsOf = (model: string, tokens: number, compatible: boolean) => {
  if (/^(?:o\d|gpt-5)/.test(model)) return { max_completion_tokens: tokens + 2_000, reasoning_effort: "low" as const };
  return compatible ? { max_tokens: tokens, temperature: 0 } : { max_completion_tokens: tokens, temperature: 0 };
};

const ask = async (request: () => Promise<Response>): Promise<Response> => {
  try {
    return await request();
  } catch (error) {
    throw error instanceof APIError && error.status !== undefined ? refused(error) : disconnected(error);
  }
};

const refused = (error: APIError): VendorFailure => {
  const status = Number(error.status);
  const retryAfterMs = retryAfterOf(error.headers);
  return new VendorFailure(`The model provider answered ${status}.`, {
    status,
    modelUnknown: error.code === "model_not_found" || (status === 404 && /model/i.test(error.message)),
    retryable: error.code !== "insufficient_quota" && (status >= 500 || [408, 409, 429].includes(status)),
    ...(retryAfterMs === undefined ? {} : { retryAfterMs }),
    cause: error,
  });
};
