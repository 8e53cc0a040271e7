import { z } from "zod";
import { disconnected, malformed, VendorFailure } from "./failure.ts";

/** What is read of the vendor's replies; everything else they carry is left alone. */
const Usage = z.object({ prompt_tokens: z.number(), completion_tokens: z.number().optional() }).nullish();

const Delta = z.object({
  content: z.string().nullish(),
  /** Thinking aloud, as some compatible servers stream it: a sign of life, never part of the answer. */
  reasoning_content: z.string().nullish(),
  reasoning: z.string().nullish(),
});
const ChatChunk = z.object({
  choices: z.array(z.object({ delta: Delta.nullish(), finish_reason: z.string().nullish() })).nullish(),
  usage: Usage,
  error: z.unknown().optional(),
});
export type ChatChunk = z.infer<typeof ChatChunk>;

const Completion = z.object({
  choices: z.array(z.object({ message: z.object({ content: z.string().nullish() }) })).min(1),
  usage: Usage,
});

const Embeddings = z.object({
  data: z.array(z.object({ index: z.int(), embedding: z.union([z.string(), z.array(z.number())]) })),
  usage: Usage,
});

const parse = <T>(schema: z.ZodType<T>, value: unknown, what: string): T => {
  const parsed = schema.safeParse(value);
  if (!parsed.success) throw malformed(what);
  return parsed.data;
};

export const parseChunk = (data: string): ChatChunk => {
  const chunk = parse(ChatChunk, parseJson(data, "a chunk that is not JSON"), "a chunk of another shape");
  if (chunk.error !== undefined && chunk.error !== null) throw malformed("an error in mid-answer");
  return chunk;
};

export const parseCompletion = (value: unknown) => parse(Completion, value, "a completion of another shape");
export const parseEmbeddings = (value: unknown) => parse(Embeddings, value, "embeddings of another shape");

/** More than a hundred vectors written out in figures. */
const MOST_REPLY_BYTES = 32 * 1024 * 1024;

/** The body of a response that comes whole; a broken connection is told from words that are not JSON. */
export const readJson = async (response: Response): Promise<unknown> =>
  parseJson(await readBounded(response), "a reply that is not JSON");

const readBounded = async ({ body }: Response): Promise<string> => {
  const parts: Uint8Array[] = [];
  let bytes = 0;
  try {
    for await (const part of body ?? []) {
      bytes += part.length;
      if (bytes > MOST_REPLY_BYTES) throw malformed("a reply without end");
      parts.push(part);
    }
  } catch (error) {
    throw error instanceof VendorFailure ? error : disconnected(error);
  }
  return Buffer.concat(parts).toString("utf8");
};

const parseJson = (text: string, what: string): unknown => {
  try {
    return JSON.parse(text);
  } catch {
    throw malformed(what);
  }
};
