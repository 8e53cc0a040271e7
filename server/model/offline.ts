import { setImmediate as yieldToLoop } from "node:timers/promises";
import { ReasonError } from "../errors.ts";
import { countTokens } from "../tokens.ts";
import { inTurns } from "../turns.ts";
import type { ChatPart, ChatRequest, Embedded, EmbeddingPurpose, Model } from "./model.ts";
import { extractAnswer } from "./offline/answer.ts";
import { createEmbedder, DIMENSIONS, RECIPE, type Embedder } from "./offline/embedding.ts";
import { loadRarity } from "./offline/rarity.ts";
import { wordAnswer } from "./offline/wording.ts";

const CHAT_MODEL = "offline-extractive";
const WORDS_PER_DELTA = 4;

/**
 * A provider that needs no key, no service and no network. It embeds texts by their words and answers by quoting the
 * sentences that fit best; it writes none of its own, so it cannot rewrite a question. What it costs is nothing.
 */
export const createOfflineModel = (): Model => {
  let embedder: Promise<Embedder> | undefined;
  const loadEmbedder = () => (embedder ??= loadRarity().then(createEmbedder));
  return {
    provider: "offline",
    chatModels: [CHAT_MODEL],
    embedding: { model: RECIPE, dimensions: DIMENSIONS, batchSize: 16 },
    embed: async (texts, purpose, signal) => embedAll(await loadEmbedder(), { texts, purpose, signal }),
    chat,
  };
};

type Embedding = { texts: readonly string[]; purpose: EmbeddingPurpose; signal: AbortSignal | undefined };

const embedAll = async (embed: Embedder, { texts, purpose, signal }: Embedding): Promise<Embedded> => {
  const vectors: Float32Array[] = [];
  const pause = inTurns();
  for (const text of texts) {
    await pause();
    signal?.throwIfAborted();
    vectors.push(embed(text, purpose));
  }
  return { vectors, tokens: undefined };
};

async function* chat(request: ChatRequest, signal: AbortSignal): AsyncGenerator<ChatPart> {
  if (request.model !== CHAT_MODEL) throw new ReasonError("MODEL_NOT_ALLOWED");
  signal.throwIfAborted();
  const { question, sources } = request;
  const text = wordAnswer(question, await extractAnswer(question, sources, await loadRarity()));
  for (const delta of text.match(new RegExp(`(?:\\s*\\S+){1,${WORDS_PER_DELTA}}`, "g")) ?? []) {
    signal.throwIfAborted();
    yield { type: "delta", text: delta };
    await yieldToLoop();
  }
  signal.throwIfAborted();
  const read = [question, ...sources.map((source) => source.text)].join("\n");
  yield { type: "end", promptTokens: countTokens(read), completionTokens: countTokens(text), estimated: false };
}
