import type { ChatEvent, Citation, FinishCause, Message, MessageId, Outcome, Rating, Source, TokenUsage } from "../schemas.js";
export type ChatQuestion = {
    /** The same from the moment it is asked and after a reload. */
    key: string;
    role: "user";
    text: string;
};
export type ChatAnswer = {
    key: string;
    /** There as soon as the server has begun. */
    id?: MessageId | undefined;
    role: "assistant";
    /** Markdown with markers such as `[2]`, which name a source and, once they are known, its citations. */
    text: string;
    /** What was searched for, when that is not the question as it was asked. */
    rewritten?: string | undefined;
    sources: readonly Source[];
    /** By the number of the marker, in the order of the text: one source may be cited for several sentences. */
    citations: Readonly<Record<number, readonly Citation[]>>;
    /** Null while the answer is being written. */
    outcome: Outcome | null;
    /** Why it ended without being complete, where that is known. */
    cause?: FinishCause | undefined;
    usage: TokenUsage | null;
    rating: Rating | null;
};
export type ChatMessage = ChatQuestion | ChatAnswer;
/** Keys of a question and its answer: both are known by the request that asks. */
export declare const keysOf: (requestId: string) => {
    question: string;
    answer: string;
};
export declare const newAnswer: (requestId: string) => ChatAnswer;
/** The answer after one more event. */
export declare const withEvent: (answer: ChatAnswer, event: ChatEvent) => ChatAnswer;
/** A conversation's history as messages. */
export declare const toChatMessages: (history: Message[]) => ChatMessage[];