import { type ReactElement, type ReactNode } from "react";
import type { DocuChat } from "../client.js";
import type { Store } from "./store.js";
/** Gives the hooks below it their client. Make the client once, outside of components. */
export declare const DocuChatProvider: ({ client, children }: {
    client: DocuChat;
    children?: ReactNode;
}) => ReactElement;
/** The client of the nearest `DocuChatProvider`. */
export declare const useDocuChat: () => DocuChat;
export declare const useHub: () => {
    session: import("./session-store.ts").SessionStore;
    files: import("./file-feed.ts").FileFeed;
    uploads: import("./uploads-store.ts").UploadStore;
    conversations: import("../signal.ts").Signal<void>;
    identity: Store<number>;
};
export declare const useStore: <State>({ subscribe, get }: Store<State>) => State;