import { countTokens, takeTokens } from "../../tokens.ts";
import type { Embedded } from "../model.ts";
import { malformed } from "./failure.ts";
import { createPatience } from "./patience.ts";
import { withRetry } from "./retry.ts";
import type { EmbeddingBody, Timeouts, Vendor } from "./vendor.ts";
import { parseEmbeddings, readJson } from "./wire.ts";

/** OpenAI's limits: tokens of one input, and of one request with a margin. A token is a byte of UTF-8 or more. */
const MOST_INPUT_TOKENS = 8_192;
const MOST_REQUEST_BYTES = 280_000;
/** Embedding models count by an older vocabulary than `countTokens`. */
const COUNT_MARGIN_TOKENS = 1_000;
const TRIES = 4;

export type EmbeddingSpace = { model: string; dimensions: number; sendDimensions: boolean };
/** The vendor always counts. */
type Counted = Embedded & { tokens: number };
type Call = { space: EmbeddingSpace; timeouts: Timeouts; signal: AbortSignal | undefined };

/** Embeds the texts in as few requests as the vendor's limits allow. */
export const embedTexts = async (vendor: Vendor, texts: readonly string[], call: Call): Promise<Counted> => {
  const embedded: Counted = { vectors: [], tokens: 0 };
  for (const input of groupBySize(texts.map(fitInput))) {
    const { vectors, tokens } = await embedGroup(vendor, input, call);
    embedded.vectors.push(...vectors);
    embedded.tokens += tokens;
  }
  return embedded;
};

/** The vendor refuses an empty text, and one that is too long. */
const fitInput = (text: string): string => {
  if (Buffer.byteLength(text) > MOST_INPUT_TOKENS) return takeTokens(text, MOST_INPUT_TOKENS - COUNT_MARGIN_TOKENS);
  return text === "" ? " " : text;
};

const groupBySize = (texts: readonly string[]): string[][] => {
  const groups: string[][] = [];
  let bytes = Number.POSITIVE_INFINITY;
  for (const text of texts) {
    bytes += Buffer.byteLength(text);
    if (bytes > MOST_REQUEST_BYTES) {
      groups.push([]);
      bytes = Buffer.byteLength(text);
    }
    groups.at(-1)?.push(text);
  }
  return groups;
};

const embedGroup = (vendor: Vendor, input: string[], { space, timeouts, signal }: Call): Promise<Counted> => {
  const body: EmbeddingBody = {
    model: space.model,
    input,
    ...(space.sendDimensions ? { dimensions: space.dimensions } : {}),
  };
  return withRetry(
    async () => {
      const patience = createPatience(signal);
      try {
        patience.expectWithin(timeouts.requestMs);
        const reply = parseEmbeddings(await readJson(await vendor.embed(body, patience.signal)));
        const data = reply.data.toSorted((a, b) => a.index - b.index);
        if (data.length !== input.length) throw malformed(`${data.length} vectors for ${input.length} texts`);
        const vectors = data.map(({ embedding }) => readVector(embedding, space));
        const tokens = reply.usage?.prompt_tokens ?? input.reduce((sum, text) => sum + countTokens(text), 0);
        return { vectors, tokens };
      } catch (error) {
        throw patience.explain(error);
      } finally {
        patience.stop();
      }
    },
    { tries: TRIES, mostWaitMs: timeouts.mostRetryWaitMs },
    signal,
  );
};

/** A unit vector from base64 of little-endian floats, or from numbers where a server knows only those. */
const readVector = (embedding: string | number[], { model, dimensions }: EmbeddingSpace): Float32Array => {
  const vector = typeof embedding === "string" ? decodeFloats(embedding) : Float32Array.from(embedding);
  if (vector.length !== dimensions)
    throw malformed(`${vector.length} dimensions where ${dimensions} are configured for ${model}`);
  const length = Math.sqrt(vector.reduce((sum, value) => sum + value * value, 0));
  if (!Number.isFinite(length) || length === 0) throw malformed("a vector without direction");
  return vector.map((value) => value / length);
};

const decodeFloats = (base64: string): Float32Array => {
  const bytes = Buffer.from(base64, "base64");
  const floats = new Float32Array(bytes.length >> 2);
  bytes.copy(new Uint8Array(floats.buffer));
  return floats;
};
