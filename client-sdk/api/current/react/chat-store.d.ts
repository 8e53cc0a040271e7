import type { DocuChat } from "../client.js";
import { type DocuChatError } from "../errors.js";
import type { ConversationId, Rating } from "../schemas.js";
import { type ChatMessage } from "./messages.js";
import { type Store } from "./store.js";
export type ChatOptions = {
    /** Only these files are searched. */
    fileIds?: string[] | undefined;
    model?: string | undefined;
    /** A conversation has begun: the place to put its id into the address, so that a reload comes back to it. */
    onConversation?: ((conversationId: ConversationId) => void) | undefined;
};
export type ChatState = {
    conversationId: string | undefined;
    messages: readonly ChatMessage[];
    /** `asking` until the answer's first words, then `streaming`; `loading` while the history is read. */
    status: "loading" | "idle" | "asking" | "streaming";
    error: DocuChatError | undefined;
};
export type ChatStore = {
    store: Store<ChatState>;
    /** Turns to another conversation; to the one that is shown already it does nothing. */
    show: (conversationId: string | undefined) => void;
    /** Reads and follows until the given function is called; leaving stops no answer. */
    enter: () => () => void;
    configure: (options: ChatOptions) => void;
    ask: (question: string) => void;
    cancel: () => Promise<void>;
    regenerate: () => void;
    rate: (messageId: string, rating: Rating | null, comment?: string) => Promise<void>;
};
export declare const createChatStore: (client: DocuChat, { conversationId, onChange }: {
    conversationId: string | undefined;
    onChange: () => void;
}) => ChatStore;