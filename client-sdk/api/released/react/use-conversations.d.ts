import type { DocuChatError } from "../errors.js";
import type { Conversation } from "../schemas.js";
export type ConversationList = {
    /** The last used first. */
    conversations: readonly Conversation[];
    loading: boolean;
    error: DocuChatError | undefined;
    hasMore: boolean;
    loadMore: () => Promise<void>;
    /** Shown at once; the old title comes back, with an `error`, when the server refuses. */
    rename: (conversationId: string, title: string) => Promise<void>;
    remove: (conversationId: string) => Promise<void>;
    refresh: () => Promise<void>;
};
/** The user's conversations. It notices by itself what `useChat` begins and ends. */
export declare const useConversations: () => ConversationList;