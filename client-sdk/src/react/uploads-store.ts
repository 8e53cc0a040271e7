import type { DocuChat } from "../client.ts";
import { toDocuChatError, type DocuChatError } from "../errors.ts";
import { newRequestId } from "../request-id.ts";
import type { File } from "../schemas.ts";
import { failureOf, nameOf } from "../upload.ts";
import type { FileFeed } from "./file-feed.ts";
import { createStore, type Store } from "./store.ts";

export type UploadItem = {
  key: string;
  name: string;
  /** `sending` also while it waits for its turn; `ingesting` from its arrival on. */
  state: "sending" | "ingesting" | "ready" | "failed" | "cancelled";
  sentBytes: number;
  totalBytes: number;
  /** There once it has arrived, and kept up to date. */
  file?: File | undefined;
  error?: DocuChatError | undefined;
  /** The tenant had these very bytes already. */
  deduplicated?: boolean | undefined;
};

export type UploadStore = {
  store: Store<readonly UploadItem[]>;
  upload: (files: Iterable<Blob>) => void;
  cancel: (key: string) => Promise<void>;
  dismiss: (key: string) => void;
};

const AT_ONCE = 3;

/** `sent`: all of it has left, so that the server may keep it whatever becomes of the request. */
type Running = { controller: AbortController; sent: boolean; cancelled: boolean };

/** Uploads go on when the page that began them is left. */
export const createUploadStore = (client: DocuChat, feed: FileFeed): UploadStore => {
  const store = createStore<readonly UploadItem[]>([]);
  const running = new Map<string, Running>();
  const slots = createSlots(AT_ONCE);
  const change = (key: string, to: Partial<UploadItem>, soon = false) =>
    store[soon ? "setSoon" : "set"]((items) => items.map((item) => (item.key === key ? { ...item, ...to } : item)));
  const show = (key: string, file: File) => {
    const state = file.status === "queued" ? "ingesting" : file.status;
    change(key, { file, state, ...(state === "failed" ? { error: failureOf(file) } : {}) }, state === "ingesting");
  };
  client.on("signed-out", () => {
    for (const { controller } of running.values()) controller.abort();
    store.set(() => []);
  });

  /** Follows from before the file is sent, so that nothing of it is missed. */
  const send = async (key: string, blob: Blob, run: Running): Promise<void> => {
    const { signal } = run.controller;
    let end = () => {};
    const ended = new Promise<void>((resolve) => (end = resolve));
    let fileId: string | undefined;
    const forget = feed.follow((news) => {
      if ("removed" in news && news.removed === fileId) {
        change(key, { state: "cancelled" });
        end();
      } else if ("file" in news && news.file.id === fileId) {
        show(key, news.file);
        if (hasEnded(news.file)) end();
      }
    });
    signal.addEventListener("abort", end);
    try {
      const onProgress = ({ sentBytes }: { sentBytes: number }) => {
        run.sent = sentBytes >= blob.size;
        change(key, { sentBytes }, true);
      };
      const { deduplicated, ...arrived } = await slots(() => client.files.upload(blob, { onProgress, signal }));
      fileId = arrived.id;
      const file = feed.find(arrived.id) ?? arrived;
      change(key, { deduplicated, sentBytes: blob.size });
      if (run.cancelled && deduplicated) return change(key, { state: "cancelled" });
      feed.tell(file);
      if (run.cancelled) await remove(key, file);
      await ended;
    } finally {
      forget();
    }
  };

  const begin = async (key: string, blob: Blob): Promise<void> => {
    const run: Running = { controller: new AbortController(), sent: false, cancelled: false };
    running.set(key, run);
    try {
      await send(key, blob, run);
    } catch (error) {
      if (run.cancelled) change(key, { state: "cancelled" });
      else if (!run.controller.signal.aborted) change(key, { state: "failed", error: toDocuChatError(error) });
    } finally {
      running.delete(key);
    }
  };

  const remove = async (key: string, { id }: File): Promise<void> => {
    try {
      await client.files.remove({ fileId: id });
      feed.tellRemoved(id);
    } catch (error) {
      change(key, { error: toDocuChatError(error) });
    }
  };

  return {
    store,
    upload: (files) => {
      const added = [...files].map((blob) => ({ key: newRequestId(), blob }));
      const items = added.map(({ key, blob }): UploadItem => {
        return { key, name: nameOf(blob), state: "sending", sentBytes: 0, totalBytes: blob.size };
      });
      store.set((all) => [...all, ...items]);
      for (const { key, blob } of added) void begin(key, blob);
    },
    cancel: async (key) => {
      const item = store.get().find((item) => item.key === key);
      if (item?.state !== "sending" && item?.state !== "ingesting") return;
      // What was here before this upload stays.
      if (item.file && !item.deduplicated) return remove(key, item.file);
      const run = running.get(key);
      if (run?.sent && !item.file) {
        run.cancelled = true;
        return;
      }
      change(key, { state: "cancelled" });
      run?.controller.abort();
    },
    dismiss: (key) => {
      running.get(key)?.controller.abort();
      store.set((items) => items.filter((item) => item.key !== key));
    },
  };
};

const hasEnded = ({ status }: File): boolean => status === "ready" || status === "failed";

/** Runs so many at once, the others in their order. */
const createSlots = (count: number) => {
  let free = count;
  const waiting: (() => void)[] = [];
  return async <T>(work: () => PromiseLike<T>): Promise<T> => {
    if (free > 0) free -= 1;
    else await new Promise<void>((resolve) => waiting.push(resolve));
    try {
      return await work();
    } finally {
      const next = waiting.shift();
      if (next) next();
      else free += 1;
    }
  };
};
