import { createContext, createElement, useContext, type ReactElement, type ReactNode } from "react";
import type { DocuChat } from "../client.ts";

const ClientContext = createContext<DocuChat | undefined>(undefined);

/** Gives the hooks below it their client. Make the client once, outside of components. */
export const DocuChatProvider = ({ client, children }: { client: DocuChat; children?: ReactNode }): ReactElement =>
  createElement(ClientContext.Provider, { value: client }, children);

/** The client of the nearest `DocuChatProvider`. */
export const useDocuChat = (): DocuChat => {
  const client = useContext(ClientContext);
  if (!client) throw new Error("This hook needs a <DocuChatProvider client={…}> above it.");
  return client;
};
