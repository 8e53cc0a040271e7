import type { Citation } from "@docuchat/client";
import { createContext, use } from "react";

/** A page to show, and what to mark on it: boxes, or a passage to look for on the page. */
export type OpenDocument = Pick<Citation, "fileId" | "fileName" | "page"> & {
  boxes?: Citation["boxes"];
  passage?: string;
  /** Where the focus goes back to. */
  trigger?: HTMLElement | null;
};

export const OpenDocumentContext = createContext<(document: OpenDocument) => void>(() => {});

export const useOpenDocument = (): ((document: OpenDocument) => void) => use(OpenDocumentContext);
