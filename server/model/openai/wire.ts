import { z } from "zod";
import { disconnected, malformed, VendorFailure } from "./failure.ts";
import type { Vendor } from "./vendor.ts";

/** What is read of the vendor's replies; everything else they carry is left alone. What cannot be read counts as absent. */
const Count = z.int().min(0).max(1_000_000_000).optional().catch(undefined);
const Usage = z
  .object({ prompt_tokens: Count, completion_tokens: Count, total_tokens: Count })
  .nullish()
  .catch(undefined);
export type Usage = z.infer<typeof Usage>;

const Part = z.object({ type: z.string().optional(), text: z.string().optional().catch(undefined) });
const isWords = (type: string | undefined): boolean => type === undefined || type === "text" || type === "output_text";
/** The text of a message, whole or as an array of parts, of which those of the type `text` are its words. */
const Content = z
  .union([z.string(), z.array(z.union([Part, z.string()]))])
  .nullish()
  .transform((content): string => {
    if (!Array.isArray(content)) return content ?? "";
    return content
      .map((part) => (typeof part === "string" ? part : isWords(part.type) ? (part.text ?? "") : ""))
      .join("");
  })
  .catch("");

/** Thinking aloud, as some compatible servers stream it: a sign of life, never part of the answer. */
const Thought = z.string().nullish().catch(undefined);
const Delta = z
  .object({ content: z.unknown().optional(), reasoning_content: Thought, reasoning: Thought })
  .transform(({ content, reasoning_content, reasoning }) => ({
    content: Content.parse(content),
    thought: reasoning_content || reasoning || thoughtIn(content),
  }));
/** What an array of parts holds beside its words. */
const thoughtIn = (content: unknown): string => {
  const { data = [] } = z
    .array(z.union([z.looseObject({ type: z.string().optional() }), z.string()]))
    .safeParse(content);
  const others = data.filter((part) => typeof part !== "string" && !isWords(part.type));
  return others.length > 0 ? JSON.stringify(others) : "";
};
const ChatChunk = z.object({
  choices: z.array(z.object({ delta: Delta.nullish(), finish_reason: z.string().nullish() })).nullish(),
  usage: Usage,
});
export type ChatChunk = z.infer<typeof ChatChunk>;

const Completion = z.object({
  choices: z.array(z.object({ message: z.object({ content: Content }), finish_reason: z.string().nullish() })).min(1),
  usage: Usage,
});

const Embeddings = z.object({
  data: z.array(
    z.object({
      /** Some servers leave out a zero, or all of them. */
      index: z.int().optional().catch(undefined),
      embedding: z.union([z.string(), z.array(z.number().nullable())]),
    }),
  ),
  usage: Usage,
});

const parse = <T>(schema: z.ZodType<T>, value: unknown, what: string): T => {
  const parsed = schema.safeParse(value);
  if (!parsed.success) throw malformed(what);
  return parsed.data;
};

/** One event of a streamed answer; an error in it is thrown as the vendor reports it. */
export const parseChunk = (vendor: Vendor, data: string): ChatChunk => {
  const value = parseJson(data, "a chunk that is not JSON");
  mustBeNoError(vendor, value);
  const chunk = parse(ChatChunk, value, "a chunk of another shape");
  if (chunk.choices?.some(({ finish_reason }) => finish_reason === "error")) throw malformed("an error in mid-answer");
  return chunk;
};

const Failed = z.object({ error: z.unknown().refine((error) => error !== undefined && error !== null) });

/** Some servers report a failure with the status of a success. */
const mustBeNoError = (vendor: Vendor, value: unknown): void => {
  const failed = Failed.safeParse(value);
  if (failed.success) throw vendor.reported(failed.data.error);
};

export const parseCompletion = (value: unknown) => parse(Completion, value, "a completion of another shape");
export const parseEmbeddings = (value: unknown) => parse(Embeddings, value, "embeddings of another shape");

/** More than a hundred vectors written out in figures. */
const MOST_REPLY_BYTES = 32 * 1024 * 1024;

/** The body of a response that comes whole; a broken connection is told from words that are not JSON. */
export const readReply = async (vendor: Vendor, response: Response): Promise<unknown> => {
  const value = parseJson(await readBounded(response), "a reply that is not JSON");
  mustBeNoError(vendor, value);
  return value;
};

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

/** What Python writes for vectors without a direction, and JSON does not know. */
const NOT_A_NUMBER = /(?<=[[,:]\s*)-?(?:NaN|Infinity)(?=\s*[\],}])/g;

const parseJson = (text: string, what: string): unknown => {
  try {
    return JSON.parse(text);
  } catch {
    return parseLoosely(text, what);
  }
};

const parseLoosely = (text: string, what: string): unknown => {
  try {
    return JSON.parse(text.replace(NOT_A_NUMBER, "null"));
  } catch {
    throw malformed(what);
  }
};
