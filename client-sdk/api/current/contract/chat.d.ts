import { z } from "zod";
export declare const Outcome: z.ZodEnum<{
    answered: "answered";
    cancelled: "cancelled";
    interrupted: "interrupted";
    no_answer: "no_answer";
}>;
export type Outcome = z.infer<typeof Outcome>;
/**
 * Why an answer ended without being complete, where that is known: the model reached its limit or its filter, could not
 * be reached or was silent; the server restarted; a quota was used up; or there was no document to answer from.
 */
export declare const FinishCause: z.ZodEnum<{
    content_filter: "content_filter";
    length: "length";
    model_unavailable: "model_unavailable";
    no_documents: "no_documents";
    quota: "quota";
    restart: "restart";
    timeout: "timeout";
}>;
export type FinishCause = z.infer<typeof FinishCause>;
/** A passage handed to the model, by the number that its citations use. */
export declare const Source: z.ZodObject<{
    n: z.ZodInt;
    fileId: z.core.$ZodBranded<z.ZodUUID, "FileId", "out">;
    fileName: z.ZodString;
    page: z.ZodInt;
    excerpt: z.ZodString;
    removed: z.ZodOptional<z.ZodLiteral<true>>;
}, z.core.$strip>;
export type Source = z.infer<typeof Source>;
/**
 * What supports a marker `[n]` of the answer. `quote` is a verbatim piece of the page's text;
 * `verified`: it was found to support the sentence; `boxes` are the places of its words.
 */
export declare const Citation: z.ZodObject<{
    n: z.ZodInt;
    fileId: z.core.$ZodBranded<z.ZodUUID, "FileId", "out">;
    fileName: z.ZodString;
    page: z.ZodInt;
    quote: z.ZodString;
    verified: z.ZodBoolean;
    boxes: z.ZodArray<z.ZodObject<{
        x: z.ZodNumber;
        y: z.ZodNumber;
        width: z.ZodNumber;
        height: z.ZodNumber;
    }, z.core.$strip>>;
    removed: z.ZodOptional<z.ZodLiteral<true>>;
}, z.core.$strip>;
export type Citation = z.infer<typeof Citation>;
export declare const TokenUsage: z.ZodObject<{
    promptTokens: z.ZodInt;
    completionTokens: z.ZodInt;
}, z.core.$strip>;
export type TokenUsage = z.infer<typeof TokenUsage>;
/**
 * What an answer streams, in this order. `snapshot` may come at any time: it replaces the text and the citations so far;
 * `sources` and the citations follow it once more.
 */
export declare const ChatEvent: z.ZodDiscriminatedUnion<[z.ZodObject<{
    type: z.ZodLiteral<"started">;
    conversationId: z.core.$ZodBranded<z.ZodUUID, "ConversationId", "out">;
    messageId: z.core.$ZodBranded<z.ZodUUID, "MessageId", "out">;
    model: z.ZodString;
}, z.core.$strip>, z.ZodObject<{
    type: z.ZodLiteral<"rewritten">;
    query: z.ZodString;
}, z.core.$strip>, z.ZodObject<{
    type: z.ZodLiteral<"sources">;
    sources: z.ZodArray<z.ZodObject<{
        n: z.ZodInt;
        fileId: z.core.$ZodBranded<z.ZodUUID, "FileId", "out">;
        fileName: z.ZodString;
        page: z.ZodInt;
        excerpt: z.ZodString;
        removed: z.ZodOptional<z.ZodLiteral<true>>;
    }, z.core.$strip>>;
}, z.core.$strip>, z.ZodObject<{
    type: z.ZodLiteral<"delta">;
    text: z.ZodString;
}, z.core.$strip>, z.ZodObject<{
    n: z.ZodInt;
    fileId: z.core.$ZodBranded<z.ZodUUID, "FileId", "out">;
    fileName: z.ZodString;
    page: z.ZodInt;
    quote: z.ZodString;
    verified: z.ZodBoolean;
    boxes: z.ZodArray<z.ZodObject<{
        x: z.ZodNumber;
        y: z.ZodNumber;
        width: z.ZodNumber;
        height: z.ZodNumber;
    }, z.core.$strip>>;
    removed: z.ZodOptional<z.ZodLiteral<true>>;
    type: z.ZodLiteral<"citation">;
}, z.core.$strip>, z.ZodObject<{
    type: z.ZodLiteral<"snapshot">;
    text: z.ZodString;
}, z.core.$strip>, z.ZodObject<{
    type: z.ZodLiteral<"finished">;
    outcome: z.ZodEnum<{
        answered: "answered";
        cancelled: "cancelled";
        interrupted: "interrupted";
        no_answer: "no_answer";
    }>;
    cause: z.ZodOptional<z.ZodEnum<{
        content_filter: "content_filter";
        length: "length";
        model_unavailable: "model_unavailable";
        no_documents: "no_documents";
        quota: "quota";
        restart: "restart";
        timeout: "timeout";
    }>>;
    usage: z.ZodObject<{
        promptTokens: z.ZodInt;
        completionTokens: z.ZodInt;
    }, z.core.$strip>;
}, z.core.$strip>], "type">;
export type ChatEvent = z.infer<typeof ChatEvent>;
export declare const Question: z.ZodString;
export declare const AskInput: z.ZodObject<{
    conversationId: z.ZodOptional<z.core.$ZodBranded<z.ZodUUID, "ConversationId", "out">>;
    question: z.ZodString;
    fileIds: z.ZodOptional<z.ZodArray<z.core.$ZodBranded<z.ZodUUID, "FileId", "out">>>;
    model: z.ZodOptional<z.ZodString>;
    requestId: z.ZodOptional<z.ZodString>;
    lastEventId: z.ZodOptional<z.ZodNullable<z.ZodString>>;
}, z.core.$strip>;
export type AskInput = z.infer<typeof AskInput>;
export declare const MessageIdInput: z.ZodObject<{
    messageId: z.core.$ZodBranded<z.ZodUUID, "MessageId", "out">;
}, z.core.$strip>;
export declare const ConversationIdInput: z.ZodObject<{
    conversationId: z.core.$ZodBranded<z.ZodUUID, "ConversationId", "out">;
}, z.core.$strip>;
export declare const Conversation: z.ZodObject<{
    id: z.core.$ZodBranded<z.ZodUUID, "ConversationId", "out">;
    title: z.ZodString;
    createdAt: z.ZodDate;
    updatedAt: z.ZodDate;
}, z.core.$strip>;
export type Conversation = z.infer<typeof Conversation>;
/** `cursor` is a page's `nextCursor`: a moment and an id. */
export declare const ListConversationsInput: z.ZodObject<{
    cursor: z.ZodOptional<z.ZodString>;
    limit: z.ZodDefault<z.ZodInt>;
}, z.core.$strip>;
export type ListConversationsInput = z.infer<typeof ListConversationsInput>;
export declare const ListConversationsOutput: z.ZodObject<{
    items: z.ZodArray<z.ZodObject<{
        id: z.core.$ZodBranded<z.ZodUUID, "ConversationId", "out">;
        title: z.ZodString;
        createdAt: z.ZodDate;
        updatedAt: z.ZodDate;
    }, z.core.$strip>>;
    nextCursor: z.ZodOptional<z.ZodString>;
}, z.core.$strip>;
export type ListConversationsOutput = z.infer<typeof ListConversationsOutput>;
export declare const Rating: z.ZodEnum<{
    down: "down";
    up: "up";
}>;
export type Rating = z.infer<typeof Rating>;
/** One question and its answer are two messages. `outcome` is null while an answer is running, and on questions. */
export declare const Message: z.ZodObject<{
    id: z.core.$ZodBranded<z.ZodUUID, "MessageId", "out">;
    role: z.ZodEnum<{
        assistant: "assistant";
        user: "user";
    }>;
    text: z.ZodString;
    requestId: z.ZodNullable<z.ZodString>;
    outcome: z.ZodNullable<z.ZodEnum<{
        answered: "answered";
        cancelled: "cancelled";
        interrupted: "interrupted";
        no_answer: "no_answer";
    }>>;
    cause: z.ZodOptional<z.ZodEnum<{
        content_filter: "content_filter";
        length: "length";
        model_unavailable: "model_unavailable";
        no_documents: "no_documents";
        quota: "quota";
        restart: "restart";
        timeout: "timeout";
    }>>;
    model: z.ZodNullable<z.ZodString>;
    sources: z.ZodArray<z.ZodObject<{
        n: z.ZodInt;
        fileId: z.core.$ZodBranded<z.ZodUUID, "FileId", "out">;
        fileName: z.ZodString;
        page: z.ZodInt;
        excerpt: z.ZodString;
        removed: z.ZodOptional<z.ZodLiteral<true>>;
    }, z.core.$strip>>;
    citations: z.ZodArray<z.ZodObject<{
        n: z.ZodInt;
        fileId: z.core.$ZodBranded<z.ZodUUID, "FileId", "out">;
        fileName: z.ZodString;
        page: z.ZodInt;
        quote: z.ZodString;
        verified: z.ZodBoolean;
        boxes: z.ZodArray<z.ZodObject<{
            x: z.ZodNumber;
            y: z.ZodNumber;
            width: z.ZodNumber;
            height: z.ZodNumber;
        }, z.core.$strip>>;
        removed: z.ZodOptional<z.ZodLiteral<true>>;
    }, z.core.$strip>>;
    usage: z.ZodNullable<z.ZodObject<{
        promptTokens: z.ZodInt;
        completionTokens: z.ZodInt;
    }, z.core.$strip>>;
    rating: z.ZodNullable<z.ZodEnum<{
        down: "down";
        up: "up";
    }>>;
    createdAt: z.ZodDate;
}, z.core.$strip>;
export type Message = z.infer<typeof Message>;
export declare const ListMessagesInput: z.ZodObject<{
    conversationId: z.core.$ZodBranded<z.ZodUUID, "ConversationId", "out">;
    cursor: z.ZodOptional<z.ZodUUID>;
    limit: z.ZodDefault<z.ZodInt>;
}, z.core.$strip>;
export type ListMessagesInput = z.infer<typeof ListMessagesInput>;
export declare const ListMessagesOutput: z.ZodObject<{
    items: z.ZodArray<z.ZodObject<{
        id: z.core.$ZodBranded<z.ZodUUID, "MessageId", "out">;
        role: z.ZodEnum<{
            assistant: "assistant";
            user: "user";
        }>;
        text: z.ZodString;
        requestId: z.ZodNullable<z.ZodString>;
        outcome: z.ZodNullable<z.ZodEnum<{
            answered: "answered";
            cancelled: "cancelled";
            interrupted: "interrupted";
            no_answer: "no_answer";
        }>>;
        cause: z.ZodOptional<z.ZodEnum<{
            content_filter: "content_filter";
            length: "length";
            model_unavailable: "model_unavailable";
            no_documents: "no_documents";
            quota: "quota";
            restart: "restart";
            timeout: "timeout";
        }>>;
        model: z.ZodNullable<z.ZodString>;
        sources: z.ZodArray<z.ZodObject<{
            n: z.ZodInt;
            fileId: z.core.$ZodBranded<z.ZodUUID, "FileId", "out">;
            fileName: z.ZodString;
            page: z.ZodInt;
            excerpt: z.ZodString;
            removed: z.ZodOptional<z.ZodLiteral<true>>;
        }, z.core.$strip>>;
        citations: z.ZodArray<z.ZodObject<{
            n: z.ZodInt;
            fileId: z.core.$ZodBranded<z.ZodUUID, "FileId", "out">;
            fileName: z.ZodString;
            page: z.ZodInt;
            quote: z.ZodString;
            verified: z.ZodBoolean;
            boxes: z.ZodArray<z.ZodObject<{
                x: z.ZodNumber;
                y: z.ZodNumber;
                width: z.ZodNumber;
                height: z.ZodNumber;
            }, z.core.$strip>>;
            removed: z.ZodOptional<z.ZodLiteral<true>>;
        }, z.core.$strip>>;
        usage: z.ZodNullable<z.ZodObject<{
            promptTokens: z.ZodInt;
            completionTokens: z.ZodInt;
        }, z.core.$strip>>;
        rating: z.ZodNullable<z.ZodEnum<{
            down: "down";
            up: "up";
        }>>;
        createdAt: z.ZodDate;
    }, z.core.$strip>>;
    nextCursor: z.ZodOptional<z.ZodString>;
}, z.core.$strip>;
export type ListMessagesOutput = z.infer<typeof ListMessagesOutput>;
export declare const RenameInput: z.ZodObject<{
    conversationId: z.core.$ZodBranded<z.ZodUUID, "ConversationId", "out">;
    title: z.ZodString;
}, z.core.$strip>;
export type RenameInput = z.infer<typeof RenameInput>;
export declare const RateInput: z.ZodObject<{
    messageId: z.core.$ZodBranded<z.ZodUUID, "MessageId", "out">;
    rating: z.ZodNullable<z.ZodEnum<{
        down: "down";
        up: "up";
    }>>;
    comment: z.ZodOptional<z.ZodString>;
}, z.core.$strip>;
export type RateInput = z.infer<typeof RateInput>;