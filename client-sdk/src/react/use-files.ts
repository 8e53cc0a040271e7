import { useEffect, useMemo } from "react";
import type { DocuChat } from "../client.ts";
import { isReason, type DocuChatError } from "../errors.ts";
import type { File, FileStatus } from "../schemas.ts";
import { onWake } from "../wake.ts";
import type { FileFeed } from "./file-feed.ts";
import { createPagedList } from "./paged-list.ts";
import { useDocuChat } from "./provider.ts";
import { useHub, useStore } from "./use-hub.ts";

export type FileList = {
  /** The newest first. */
  files: readonly File[];
  loading: boolean;
  error: DocuChatError | undefined;
  hasMore: boolean;
  loadMore: () => Promise<void>;
  /** Takes the file out at once; it comes back, with an `error`, when the server refuses. */
  remove: (fileId: string) => Promise<void>;
  /** Ingests a failed file again. */
  retry: (fileId: string) => Promise<void>;
  /** Ingests all failed files of the tenant again, those that are not loaded too. */
  retryFailed: () => Promise<void>;
};

/** The tenant's files with their live states; with `status` only those that are in it now. */
export const useFiles = ({ status }: { status?: FileStatus | undefined } = {}): FileList => {
  const client = useDocuChat();
  const { files: feed, identity } = useHub();
  const list = useMemo(() => createFileList(client, feed, status), [client, feed, status]);
  const { items: files, ...state } = useStore(list.store);
  const who = useStore(identity);
  useEffect(() => list.open(), [list, who]);
  const { loadMore, remove, retry, retryFailed } = list;
  return { files, ...state, loadMore, remove, retry, retryFailed };
};

const createFileList = (client: DocuChat, feed: FileFeed, status: FileStatus | undefined) => {
  const list = createPagedList<File>({
    load: (cursor, signal) => client.files.list({ status, cursor }, { signal }),
    // Ids are made in the order of time.
    compare: (one, other) => (one.id < other.id ? 1 : -1),
    admits: (file) => status === undefined || file.status === status,
  });
  const open = () => {
    const endings = [
      feed.follow((news) => {
        if ("file" in news) list.put(news.file);
        else if ("removed" in news) list.drop(news.removed);
        else list.fail(news.error);
      }),
      list.open(),
      // What others removed meanwhile is told by nobody.
      onWake(() => void list.refresh()),
    ];
    return () => endings.forEach((end) => end());
  };
  const remove = async (fileId: string) => {
    const file = list.store.get().items.find(({ id }) => id === fileId);
    list.drop(fileId);
    try {
      await client.files.remove({ fileId });
      feed.tellRemoved(fileId);
    } catch (error) {
      if (isReason(error, "NOT_FOUND")) return feed.tellRemoved(fileId);
      if (file) list.put(file);
      list.fail(error);
    }
  };
  const retry = async (fileId: string) => {
    const before = feed.find(fileId);
    try {
      const file = await client.files.retry({ fileId });
      // What was heard meanwhile is newer than the answer.
      if (feed.find(fileId) === before) feed.tell(file);
    } catch (error) {
      list.fail(error);
    }
  };
  const retryFailed = async () => {
    try {
      await client.files.retryFailed();
    } catch (error) {
      list.fail(error);
    }
  };
  return { store: list.store, open, loadMore: list.loadMore, remove, retry, retryFailed };
};
