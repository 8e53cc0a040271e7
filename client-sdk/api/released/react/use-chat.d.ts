import { type ChatOptions, type ChatState, type ChatStore } from "./chat-store.js";
export type ChatControls = ChatState & Pick<ChatStore, "ask" | "cancel" | "regenerate" | "rate"> & {
    /** For the element that holds the messages: a screen reader reads an answer when it is complete. */
    logProps: {
        role: "log";
        "aria-live": "polite";
        "aria-busy": boolean;
    };
};
/**
 * One conversation: what was said, and the answer that is being written. It renders at most once a frame. An answer that
 * runs when the page is left is found again, still running or complete, by the `conversationId`.
 */
export declare const useChat: ({ conversationId, ...options }?: ChatOptions & {
    conversationId?: string | undefined;
}) => ChatControls;