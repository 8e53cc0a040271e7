import type { DocuChat } from "../client.js";
import type { DocuChatError } from "../errors.js";
import type { File } from "../schemas.js";
type FileNews = {
    file: File;
} | {
    removed: string;
} | {
    error: DocuChatError;
};
export type FileFeed = {
    /** Tells every change of the tenant's files until the given function is called. */
    follow: (listener: (news: FileNews) => void) => () => void;
    /** The newest state that was heard of a file, while somebody follows. */
    find: (id: string) => File | undefined;
    tell: (file: File) => void;
    tellRemoved: (id: string) => void;
};
/** One `files.watch` for all hooks of a client, as long as one of them listens: a socket carries only so many. */
export declare const createFileFeed: (client: DocuChat) => FileFeed;
export {};