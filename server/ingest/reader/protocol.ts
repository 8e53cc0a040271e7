import type { ExtractEvent } from "../document.ts";

/** Where the text of a document is whose pages are no more than a cover sheet. */
export type Elsewhere = "attachments" | "form";

/** What the document itself is to blame for. */
export type DocumentFault =
  | { reason: "PDF_ENCRYPTED" | "PDF_CORRUPT" | "PDF_TOO_MANY_PAGES" | "PDF_TOO_COMPLEX" }
  | { reason: "PDF_NO_TEXT"; pages: number[] }
  | { reason: "PDF_TEXT_ELSEWHERE"; place: Elsewhere };

export type Limits = {
  /** Stands before each chunk's text where it is embedded and indexed. */
  fileName: string;
  maxPages: number;
  chunkTokens: number;
  overlapTokens: number;
};

/** Begins a document, whose bytes are moved, not copied. */
export type Start = { type: "start"; data: Uint8Array<ArrayBuffer>; limits: Limits; memoryBytes: number };

/** From the server's thread: `more` lets the thread send further events, `leave` ends the document. */
export type ToReader = Start | { type: "more"; events: number } | { type: "leave" };

/** How a document ended: the last message about it. */
export type End =
  | { type: "done" }
  | ({ type: "refused" } & DocumentFault)
  /** An error of the reader's own code. */
  | { type: "crashed"; error: string };

export type FromReader = ExtractEvent | End;
