import type { DocuChat } from "../client.js";
import { type DocuChatError } from "../errors.js";
import type { File } from "../schemas.js";
import type { FileFeed } from "./file-feed.js";
import { type Store } from "./store.js";
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
/** Uploads go on when the page that began them is left. */
export declare const createUploadStore: (client: DocuChat, feed: FileFeed) => UploadStore;