import { useEffect, useMemo } from "react";
import { createChatStore, type ChatOptions, type ChatState, type ChatStore } from "./chat-store.ts";
import { useDocuChat } from "./provider.ts";
import { useHub, useStore } from "./use-hub.ts";

export type ChatControls = ChatState &
  Pick<ChatStore, "ask" | "cancel" | "regenerate" | "rate"> & {
    /** For the element that holds the messages: a screen reader reads an answer when it is complete. */
    logProps: { role: "log"; "aria-live": "polite"; "aria-busy": boolean };
  };

/**
 * One conversation: what was said, and the answer that is being written. It renders at most once a frame. An answer that
 * runs when the page is left is found again, still running or complete, by the `conversationId`.
 */
export const useChat = ({
  conversationId,
  ...options
}: ChatOptions & { conversationId?: string | undefined } = {}): ChatControls => {
  const client = useDocuChat();
  const { conversations } = useHub();
  const chat = useMemo(
    // What it begins with; later ids are shown by the effect below.
    () => createChatStore(client, { conversationId, onChange: () => conversations.tell() }),
    // oxlint-disable-next-line react/exhaustive-deps
    [client, conversations],
  );
  const state = useStore(chat.store);
  useEffect(() => chat.configure(options));
  useEffect(() => chat.show(conversationId), [chat, conversationId]);
  useEffect(() => chat.enter(), [chat]);
  const { ask, cancel, regenerate, rate } = chat;
  const isBusy = state.status !== "idle";
  return {
    ...state,
    ask,
    cancel,
    regenerate,
    rate,
    logProps: { role: "log", "aria-live": "polite", "aria-busy": isBusy },
  };
};
