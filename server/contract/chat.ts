import { z } from "zod";
import { Box } from "./files.ts";
import { ConversationId, FileId, MessageId, RequestId } from "./ids.ts";
import { LIMITS } from "./limits.ts";
import { PlainText } from "./text.ts";

export const Outcome = z.enum(["answered", "no_answer", "cancelled", "interrupted"]);
export type Outcome = z.infer<typeof Outcome>;

/**
 * Why an answer ended without being complete, where that is known: the model reached its limit or its filter, could not
 * be reached or was silent; the server restarted; a quota was used up; or there was no document to answer from.
 */
export const FinishCause = z.enum([
  "length",
  "content_filter",
  "model_unavailable",
  "timeout",
  "restart",
  "quota",
  "no_documents",
]);
export type FinishCause = z.infer<typeof FinishCause>;

/** There when the file has been removed since. */
const removed = z.literal(true).optional();

/** A passage handed to the model, by the number that its citations use. */
export const Source = z.object({
  n: z.int().min(1),
  fileId: FileId,
  fileName: z.string(),
  page: z.int(),
  /** Empty when the file has been removed. */
  excerpt: z.string(),
  removed,
});
export type Source = z.infer<typeof Source>;

/**
 * What supports a marker `[n]` of the answer. `quote` is a verbatim piece of the page's text;
 * `verified`: it was found to support the sentence; `boxes` are the places of its words.
 */
export const Citation = z.object({
  n: z.int().min(1),
  fileId: FileId,
  fileName: z.string(),
  page: z.int(),
  /** Empty when the file has been removed; then it is not verified, and there are no boxes. */
  quote: z.string(),
  verified: z.boolean(),
  boxes: z.array(Box),
  removed,
});
export type Citation = z.infer<typeof Citation>;

export const TokenUsage = z.object({ promptTokens: z.int(), completionTokens: z.int() });
export type TokenUsage = z.infer<typeof TokenUsage>;

/**
 * What an answer streams, in this order. `snapshot` may come at any time: it replaces the text and the citations so far;
 * `sources` and the citations follow it once more.
 */
export const ChatEvent = z.discriminatedUnion("type", [
  z.object({
    type: z.literal("started"),
    conversationId: ConversationId,
    messageId: MessageId,
    model: z.string(),
  }),
  z.object({ type: z.literal("rewritten"), query: z.string() }),
  z.object({ type: z.literal("sources"), sources: z.array(Source) }),
  z.object({ type: z.literal("delta"), text: z.string() }),
  Citation.extend({ type: z.literal("citation") }),
  z.object({ type: z.literal("snapshot"), text: z.string() }),
  z.object({
    type: z.literal("finished"),
    outcome: Outcome,
    cause: FinishCause.optional(),
    usage: TokenUsage,
  }),
]);
export type ChatEvent = z.infer<typeof ChatEvent>;

export const Question = PlainText.min(1).max(LIMITS.questionChars);

export const AskInput = z.object({
  conversationId: ConversationId.optional(),
  question: Question,
  fileIds: z.array(FileId).min(1).max(LIMITS.fileIdsPerQuestion).optional(),
  model: z.string().min(1).max(100).optional(),
  requestId: RequestId.optional(),
  /** Set by the transport when it resumes; clients leave it out. */
  lastEventId: z.string().max(100).nullish(),
});
export type AskInput = z.infer<typeof AskInput>;

export const MessageIdInput = z.object({ messageId: MessageId });
export const ConversationIdInput = z.object({ conversationId: ConversationId });

const limit = z.int().min(1).max(LIMITS.pageSize).default(50);

export const Conversation = z.object({
  id: ConversationId,
  title: z.string(),
  createdAt: z.date(),
  updatedAt: z.date(),
});
export type Conversation = z.infer<typeof Conversation>;
/** `cursor` is a page's `nextCursor`: a moment and an id. */
export const ListConversationsInput = z.object({
  cursor: z
    .string()
    .regex(/^\d{1,13}_[\da-f]{8}(?:-[\da-f]{4}){3}-[\da-f]{12}$/)
    .optional(),
  limit,
});
export type ListConversationsInput = z.infer<typeof ListConversationsInput>;
export const ListConversationsOutput = z.object({
  items: z.array(Conversation),
  nextCursor: z.string().optional(),
});
export type ListConversationsOutput = z.infer<typeof ListConversationsOutput>;

export const Rating = z.enum(["up", "down"]);
export type Rating = z.infer<typeof Rating>;

/** One question and its answer are two messages. `outcome` is null while an answer is running, and on questions. */
export const Message = z.object({
  id: MessageId,
  role: z.enum(["user", "assistant"]),
  text: z.string(),
  requestId: z.string().nullable(),
  outcome: Outcome.nullable(),
  cause: FinishCause.optional(),
  model: z.string().nullable(),
  sources: z.array(Source),
  citations: z.array(Citation),
  usage: TokenUsage.nullable(),
  rating: Rating.nullable(),
  createdAt: z.date(),
});
export type Message = z.infer<typeof Message>;
export const ListMessagesInput = z.object({ conversationId: ConversationId, cursor: z.uuid().optional(), limit });
export type ListMessagesInput = z.infer<typeof ListMessagesInput>;
export const ListMessagesOutput = z.object({ items: z.array(Message), nextCursor: z.string().optional() });
export type ListMessagesOutput = z.infer<typeof ListMessagesOutput>;

export const RenameInput = z.object({
  conversationId: ConversationId,
  title: PlainText.min(1).max(LIMITS.titleChars),
});
export type RenameInput = z.infer<typeof RenameInput>;

export const RateInput = z.object({
  messageId: MessageId,
  rating: Rating.nullable(),
  comment: PlainText.max(LIMITS.commentChars).optional(),
});
export type RateInput = z.infer<typeof RateInput>;
