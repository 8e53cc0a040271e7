import type { DocuChat } from "../client.ts";
import type { DocuChatError } from "../errors.ts";
import type { File } from "../schemas.ts";
import { createSignal } from "../signal.ts";
import { keepTrying } from "./keep-trying.ts";

type FileNews = { file: File } | { removed: string } | { error: DocuChatError };

export type FileFeed = {
  /** Tells every change of the tenant's files until the given function is called. */
  follow: (listener: (news: FileNews) => void) => () => void;
  /** The newest state that was heard of a file, while somebody follows. */
  find: (id: string) => File | undefined;
  tell: (file: File) => void;
  tellRemoved: (id: string) => void;
};

/** One `files.watch` for all hooks of a client, as long as one of them listens: a socket carries only so many. */
export const createFileFeed = (client: DocuChat): FileFeed => {
  const news = createSignal<FileNews>();
  const known = new Map<string, File>();
  const removed = new Set<string>();
  let followers = 0;
  let left = new AbortController();
  const tell = (file: File) => {
    if (removed.has(file.id)) return;
    known.set(file.id, file);
    news.tell({ file });
  };
  const watch = async (signal: AbortSignal): Promise<boolean> => {
    for await (const file of client.files.watch({}, { signal })) tell(file);
    return signal.aborted;
  };
  const begin = () => {
    const { signal } = (left = new AbortController());
    void keepTrying(() => watch(signal), { signal, onError: (error) => news.tell({ error }) });
  };
  const leave = () => {
    followers -= 1;
    if (followers > 0) return;
    left.abort();
    known.clear();
  };
  return {
    follow: (listener) => {
      const stop = news.listen(listener);
      followers += 1;
      if (followers === 1) begin();
      return () => {
        stop();
        leave();
      };
    },
    find: (id) => known.get(id),
    tell,
    tellRemoved: (id) => {
      removed.add(id);
      known.delete(id);
      news.tell({ removed: id });
    },
  };
};
