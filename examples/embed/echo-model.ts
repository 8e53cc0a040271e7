import { createHash } from "node:crypto";
import { NO_ANSWER, type Model } from "../../server/index.ts";

const DIMENSIONS = 256;

/** A vector of the text's words: the smallest thing that finds what shares words with a question. */
const embedText = (text: string): Float32Array => {
  const vector = new Float32Array(DIMENSIONS);
  for (const [word] of text.toLowerCase().matchAll(/[\p{L}\p{N}]+/gu)) {
    const at = createHash("sha1").update(word).digest().readUInt32LE() % DIMENSIONS;
    vector[at] = (vector[at] ?? 0) + 1;
  }
  const length = Math.hypot(...vector) || 1;
  return vector.map((value) => value / length);
};

/** A model provider of one's own: it answers with its best source, where a real one would write. */
export const echoModel: Model = {
  provider: "echo",
  chatModels: ["echo"],
  embedding: { model: "echo-words", dimensions: DIMENSIONS, batchSize: 64 },
  embed: async (texts) => ({ vectors: texts.map(embedText), tokens: undefined }),
  async *chat({ sources }, signal) {
    signal.throwIfAborted();
    const [best] = sources;
    const text = best ? `${best.text.trim()} [${best.n}]` : NO_ANSWER;
    yield { type: "delta", text };
    yield { type: "end", promptTokens: 0, completionTokens: text.length, estimated: true };
  },
};
