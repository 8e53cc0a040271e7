import { useEffect, useMemo } from "react";
import type { DocuChat } from "../client.ts";
import type { DocuChatError } from "../errors.ts";
import { isReason } from "../errors.ts";
import type { Conversation } from "../schemas.ts";
import type { Signal } from "../signal.ts";
import { onWake } from "../wake.ts";
import { createPagedList } from "./paged-list.ts";
import { useDocuChat } from "./provider.ts";
import { useHub, useStore } from "./use-hub.ts";

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
export const useConversations = (): ConversationList => {
  const client = useDocuChat();
  const { conversations: news, identity } = useHub();
  const list = useMemo(() => createConversationList(client, news), [client, news]);
  const { items: conversations, ...state } = useStore(list.store);
  const who = useStore(identity);
  useEffect(() => list.open(), [list, who]);
  const { loadMore, rename, remove, refresh } = list;
  return { conversations, ...state, loadMore, rename, remove, refresh };
};

const createConversationList = (client: DocuChat, news: Signal<void>) => {
  const list = createPagedList<Conversation>({
    load: (cursor, signal) => client.chat.conversations({ cursor }, { signal }),
    compare: (one, other) => other.updatedAt.getTime() - one.updatedAt.getTime() || (one.id < other.id ? 1 : -1),
  });
  const find = (id: string) => list.store.get().items.find((conversation) => conversation.id === id);
  const open = () => {
    const refresh = () => void list.refresh();
    const endings = [list.open(), news.listen(refresh), onWake(refresh)];
    return () => endings.forEach((end) => end());
  };
  const rename = async (conversationId: string, title: string) => {
    const before = find(conversationId);
    if (before) list.put({ ...before, title });
    try {
      list.put(await client.chat.rename({ conversationId, title }));
    } catch (error) {
      if (before) list.put(before);
      list.fail(error);
    }
  };
  const remove = async (conversationId: string) => {
    const before = find(conversationId);
    list.drop(conversationId);
    try {
      await client.chat.remove({ conversationId });
    } catch (error) {
      if (isReason(error, "NOT_FOUND")) return;
      if (before) list.put(before);
      list.fail(error);
    }
  };
  return { store: list.store, open, loadMore: list.loadMore, refresh: list.refresh, rename, remove };
};
