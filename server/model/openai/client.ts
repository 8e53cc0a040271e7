// oxlint-disable-next-line no-restricted-imports -- the vendor's one importer
import type { OpenAI } from "openai";
import type { ChatMessage } from "../model.ts";
import { disconnected, VendorFailure } from "./failure.ts";
import { createOptionalFields, type OptionalField } from "./optional-fields.ts";
import { refusalOf, reportedFailure } from "./refusal.ts";
import type { ChatBody, EmbeddingBody, Vendor } from "./vendor.ts";

type Options = { apiKey: string; baseUrl?: string | undefined };

/** Reasoning models know only the newer name of the limit, many compatible servers only the older one. */
const REASONING_MODEL = /^(?:o\d|gpt-5)/;
/** What a reasoning model thinks counts against its limit. */
const THOUGHT_TOKENS = 2_000;

/** The vendor's client. Timers and tries are ours: its own are switched off. */
const connect = async ({ apiKey, baseUrl }: Options): Promise<OpenAI> => {
  // oxlint-disable-next-line no-restricted-imports -- the vendor's one importer
  const { OpenAI } = await import("openai");
  return new OpenAI({
    apiKey,
    baseURL: baseUrl ?? null,
    maxRetries: 0,
    logLevel: "off",
    // The client itself drops the words of a refusal that is not in OpenAI's shape.
    fetch: async (input, init) => {
      const response = await fetch(input, init);
      if (!response.ok) throw await refusalOf(response, { apiKey, body: init?.body });
      return response;
    },
  });
};

/** Loads the client, which is a quarter of the modules of a start, at the first call. */
export const createVendor = (options: Options): Vendor => {
  const { apiKey, baseUrl } = options;
  const fields = createOptionalFields();
  let connecting: Promise<OpenAI> | undefined;

  /** Asks again without each optional field that the server refuses. */
  const negotiate = async (
    model: string,
    send: (client: OpenAI, has: Has) => { sent: OptionalField[]; response: Promise<Response> },
  ) => {
    const client = await (connecting ??= connect(options));
    for (;;) {
      const { sent, response } = send(client, (field) => fields.has(model, field));
      try {
        return await response;
      } catch (error) {
        const failure = toFailure(error);
        if (!fields.learn(model, sent, failure)) throw failure;
      }
    }
  };
  return {
    chat: (body, signal) =>
      negotiate(body.model, (client, has) => {
        const optional = optionalOf(body, { has, compatible: baseUrl !== undefined });
        const messages = has("system") ? body.messages : withoutSystem(body.messages);
        const sent = Object.keys(optional) as OptionalField[];
        const request = { model: body.model, messages, ...(body.stream ? { stream: true as const } : {}), ...optional };
        return {
          sent: messages === body.messages ? [...sent, "system"] : sent,
          response: client.chat.completions.create(request, { signal }).asResponse(),
        };
      }),
    thinksFirst: new Set(),
    embed: (body, signal) =>
      negotiate(body.model, (client, has) => {
        const request = embeddingRequest(body, has);
        const sent = (["encoding_format", "dimensions"] as const).filter((field) => field in request);
        // The client's own method asks for base64 where no format is named.
        return { sent, response: client.post("/embeddings", { body: request, signal }).asResponse() };
      }),
    reported: (error) => reportedFailure(error, apiKey),
  };
};

type Has = (field: OptionalField) => boolean;

const optionalOf = (
  { model, stream, maxCompletionTokens }: ChatBody,
  { has, compatible }: { has: Has; compatible: boolean },
) => {
  const reasons = REASONING_MODEL.test(model);
  const [first, second] =
    compatible && !reasons
      ? (["max_tokens", "max_completion_tokens"] as const)
      : (["max_completion_tokens", "max_tokens"] as const);
  const limit = has(first) ? first : has(second) ? second : undefined;
  return {
    ...(limit ? { [limit]: reasons ? maxCompletionTokens + THOUGHT_TOKENS : maxCompletionTokens } : {}),
    ...(reasons && has("reasoning_effort") ? { reasoning_effort: "low" as const } : {}),
    ...(!reasons && has("temperature") ? { temperature: 0 } : {}),
    ...(stream && has("stream_options") ? { stream_options: { include_usage: true } } : {}),
  };
};

/** Vectors come as numbers where no format is named. */
const embeddingRequest = ({ dimensions, ...body }: EmbeddingBody, has: Has) => ({
  ...body,
  ...(has("encoding_format") ? { encoding_format: "base64" as const } : {}),
  ...(dimensions !== undefined && has("dimensions") ? { dimensions } : {}),
});

/** The rules at the head of the first message of the user, for models that know no other role. */
const withoutSystem = (messages: readonly ChatMessage[]): ChatMessage[] => {
  const rules = messages.filter(({ role }) => role === "system").map(({ content }) => content);
  const others = messages.filter(({ role }) => role !== "system");
  const first = others.findIndex(({ role }) => role === "user");
  return others.map((message, at) =>
    at === first ? { ...message, content: [...rules, message.content].join("\n\n") } : message,
  );
};

const toFailure = (error: unknown): VendorFailure => {
  if (error instanceof Error && error.cause instanceof VendorFailure) return error.cause;
  return error instanceof VendorFailure ? error : disconnected(error);
};
