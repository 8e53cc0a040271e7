import type { Calls } from "./calls.js";
import { type Listen } from "./events.js";
import type { DocuChatOptions } from "./options.js";
import { type Upload, type UploadOptions, type UploadSource } from "./upload.js";
export type DocuChat = Omit<Calls, "files"> & {
    files: Calls["files"] & {
        /** Sends a PDF. `await upload(pdf)` when it has arrived, `await upload(pdf).ready` when it can be asked about. */
        upload: (source: UploadSource, options?: UploadOptions) => Upload;
    };
    /** Hears of the connection and of who is signed in; gives the way to stop listening. */
    on: Listen;
    /** Ends the socket, and with it every iteration. */
    close: () => Promise<void>;
};
/** A client of one server. It holds no socket until something is subscribed to. */
export declare const createDocuChat: (options: DocuChatOptions) => DocuChat;