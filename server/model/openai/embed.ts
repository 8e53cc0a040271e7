import type { Log } from "../../log.ts";
import type { Embedded } from "../model.ts";
import { malformed, toModelError, VendorFailure } from "./failure.ts";
import type { InputLimits } from "./input-limits.ts";
import { createPatience } from "./patience.ts";
import { withRetry } from "./retry.ts";
import type { EmbeddingBody, Timeouts, Vendor } from "./vendor.ts";
import { parseEmbeddings, readJson } from "./wire.ts";

const TRIES = 4;

export type EmbeddingSpace = { model: string; dimensions: number; sendDimensions: boolean };
type Call = {
  space: EmbeddingSpace;
  limits: InputLimits;
  timeouts: Timeouts;
  log: Pick<Log, "warn"> | undefined;
  signal: AbortSignal | undefined;
};

/** Embeds the texts in as few requests as the server takes. */
export const embedTexts = async (vendor: Vendor, texts: readonly string[], call: Call): Promise<Embedded> => {
  const { groups, cut } = call.limits.group(texts);
  if (cut > 0) call.log?.warn("embedding inputs cut to the model's window", { count: cut });
  const parts: Embedded[] = [];
  for (const input of groups) parts.push(await embedGroup(vendor, input, call));
  return merge(parts);
};

const merge = (parts: Embedded[]): Embedded => ({
  vectors: parts.flatMap(({ vectors }) => vectors),
  tokens: parts.reduce<number | undefined>(
    (sum, { tokens }) => (sum === undefined || tokens === undefined ? undefined : sum + tokens),
    0,
  ),
});

/** One request, or several smaller ones where the server refuses its size. */
const embedGroup = async (vendor: Vendor, input: string[], call: Call): Promise<Embedded> => {
  const { limits, log, space } = call;
  try {
    return await request(vendor, input, call);
  } catch (error) {
    const remedy = error instanceof VendorFailure ? limits.remedyOf(error, input) : undefined;
    if (remedy === "shorten") {
      limits.learnLength(input);
      return embedTexts(vendor, input, call);
    }
    if (remedy === undefined) throw toModelError(error);
    if (input.length === 1) {
      log?.warn("embedding left out: the model gives no vector for a text", { count: 1 });
      return { vectors: [new Float32Array(space.dimensions)], tokens: undefined };
    }
    const half = Math.ceil(input.length / 2);
    if (remedy === "halve") limits.learnBatch(half);
    const first = await embedGroup(vendor, input.slice(0, half), call);
    return merge([first, await embedGroup(vendor, input.slice(half), call)]);
  }
};

const request = (
  vendor: Vendor,
  input: string[],
  { space, limits, timeouts, log, signal }: Call,
): Promise<Embedded> => {
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
        const { data, usage } = parseEmbeddings(await readJson(await vendor.embed(body, patience.signal)));
        if (data.length !== input.length) throw malformed(`${data.length} vectors for ${input.length} texts`);
        const placed = data.map(({ index, embedding }, at) => ({ index: index ?? at, embedding }));
        const vectors = placed
          .toSorted((a, b) => a.index - b.index)
          .map(({ embedding }) => readVector(embedding, space));
        const empty = vectors.filter((vector) => vector.every((value) => value === 0)).length;
        if (empty > 0) log?.warn("embedding left out: the model gives no vector for a text", { count: empty });
        return { vectors, tokens: usage?.prompt_tokens ?? usage?.total_tokens };
      } catch (error) {
        throw patience.explain(error);
      } finally {
        patience.stop();
      }
    },
    {
      tries: TRIES,
      mostWaitMs: timeouts.mostRetryWaitMs,
      final: (failure) => limits.remedyOf(failure, input) !== undefined,
    },
    signal,
  );
};

/** A unit vector from base64 of little-endian floats, or from numbers; a zero vector where it has no direction. */
const readVector = (embedding: string | (number | null)[], { model, dimensions }: EmbeddingSpace): Float32Array => {
  const vector =
    typeof embedding === "string"
      ? decodeFloats(embedding)
      : Float32Array.from(embedding, (value) => value ?? Number.NaN);
  if (vector.length !== dimensions)
    throw malformed(
      `vectors of ${vector.length} dimensions for ${model} where ${dimensions} are configured: set EMBEDDING_DIMENSIONS=${vector.length}`,
    );
  const length = Math.sqrt(vector.reduce((sum, value) => sum + value * value, 0));
  if (!Number.isFinite(length) || length === 0) return new Float32Array(dimensions);
  return vector.map((value) => value / length);
};

const decodeFloats = (base64: string): Float32Array => {
  const bytes = Buffer.from(base64, "base64");
  const floats = new Float32Array(bytes.length >> 2);
  bytes.copy(new Uint8Array(floats.buffer));
  return floats;
};
