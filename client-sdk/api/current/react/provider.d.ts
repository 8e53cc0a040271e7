import { type ReactElement, type ReactNode } from "react";
import type { DocuChat } from "../client.js";
/** Gives the hooks below it their client. Make the client once, outside of components. */
export declare const DocuChatProvider: ({ client, children }: {
    client: DocuChat;
    children?: ReactNode;
}) => ReactElement;
/** The client of the nearest `DocuChatProvider`. */
export declare const useDocuChat: () => DocuChat;