import type { Log } from "../../log.ts";
import type { Embedded } from "../model.ts";
import { malformed, toModelError, VendorFailure } from "./failure.ts";
import { type Remedy, remedyOf, shorterThan, takeInputs } from "./input-limits.ts";
import { createStallTimeout } from "./stall-timeout.ts";
import { withRetry } from "./retry.ts";
import type { EmbeddingBody, Timeouts, Vendor } from "./vendor.ts";
import { parseEmbeddings, readReply } from "./wire.ts";
import { inOrder, readVector } from "./vectors.ts";

const TRIES = 4;

export type EmbeddingSpace = {
  model: string;
  dimensions: number;
  sendDimensions: boolean;
  /** The most inputs that the server takes in one request, as its refusals have taught. */
  maxBatch: number;
};
type Call = {
  space: EmbeddingSpace;
  timeouts: Timeouts;
  log: Pick<Log, "warn"> | undefined;
  signal: AbortSignal | undefined;
};

const ABSENT = "embedding left out: the model gives no vector for a text";

/** Embeds the texts in as few requests as the server takes, asking again with less where it refuses their size. */
export const embedTexts = async (vendor: Vendor, texts: readonly string[], call: Call): Promise<Embedded> => {
  const { space, log } = call;
  const parts: Embedded[] = [];
  let at = 0;
  /** So many at a time, until the one input that fails is found. */
  let few = Number.POSITIVE_INFINITY;
  let window: number | undefined;
  while (at < texts.length) {
    const input = takeInputs(texts, at, { count: Math.min(few, space.maxBatch), window });
    const half = Math.ceil(input.length / 2);
    const result = await request(vendor, input, call);
    if (result === "halve") space.maxBatch = Math.min(space.maxBatch, half);
    else if (result === "shorten") window = shorterThan(input);
    else if (result === "isolate" && input.length > 1) few = half;
    else {
      if (result === "isolate") few = Number.POSITIVE_INFINITY;
      parts.push(result === "isolate" ? absent(call) : result);
      const cut = input.filter((text, n) => text.length < (texts[at + n]?.length ?? 0)).length;
      if (cut > 0) log?.warn("embedding inputs cut to the model's window", { count: cut });
      at += input.length;
    }
  }
  return merge(parts);
};

const absent = ({ space, log }: Call): Embedded => {
  log?.warn(ABSENT, { count: 1 });
  return { vectors: [new Float32Array(space.dimensions)], tokens: undefined };
};

const merge = (parts: Embedded[]): Embedded => ({
  vectors: parts.flatMap(({ vectors }) => vectors),
  tokens: parts.reduce<number | undefined>(
    (sum, { tokens }) => (sum === undefined || tokens === undefined ? undefined : sum + tokens),
    0,
  ),
});

/** One request, tried again where that may help; or how it is to be made smaller. */
const request = async (vendor: Vendor, input: string[], call: Call): Promise<Embedded | Remedy> => {
  const final = (failure: VendorFailure) => remedyOf(failure, input) !== undefined;
  const { timeouts, signal } = call;
  try {
    const rule = { tries: TRIES, mostWaitMs: timeouts.mostRetryWaitMs, final };
    return await withRetry(() => attempt(vendor, input, call), rule, signal);
  } catch (error) {
    const remedy = error instanceof VendorFailure ? remedyOf(error, input) : undefined;
    if (remedy === undefined) throw toModelError(error);
    return remedy;
  }
};

const attempt = async (vendor: Vendor, input: string[], { space, timeouts, log, signal }: Call): Promise<Embedded> => {
  const { model, dimensions } = space;
  const body: EmbeddingBody = { model, input, ...(space.sendDimensions ? { dimensions } : {}) };
  const stall = createStallTimeout(signal);
  try {
    stall.restart(timeouts.requestMs);
    const { data, usage } = parseEmbeddings(await readReply(vendor, await vendor.embed(body, stall.signal)));
    if (data.length !== input.length) throw malformed(`${data.length} vectors for ${input.length} texts`);
    const vectors = inOrder(data).map(({ embedding }) => readVector(embedding));
    for (const { length } of vectors) if (length !== dimensions) throw misfit(length, { space, log });
    const empty = vectors.filter((vector) => vector.every((value) => value === 0)).length;
    if (empty > 0) log?.warn(ABSENT, { count: empty });
    return { vectors, tokens: usage?.prompt_tokens || usage?.total_tokens || undefined };
  } catch (error) {
    throw stall.explain(error);
  } finally {
    stall.stop();
  }
};

const misfit = (length: number, { space, log }: Pick<Call, "space" | "log">): VendorFailure => {
  const { model, dimensions } = space;
  const what = `vectors of ${length} dimensions from ${model}, not ${dimensions}: set EMBEDDING_DIMENSIONS=${length}`;
  log?.warn(what);
  return malformed(what);
};
