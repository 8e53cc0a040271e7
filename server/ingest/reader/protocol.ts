import type { ExtractEvent, ExtractOptions } from "../document.ts";

/** Where the text of a document is whose pages are no more than a cover sheet. */
export type Elsewhere = "attachments" | "form";

/** What the document itself is to blame for. */
export type DocumentFault =
  | { reason: "PDF_ENCRYPTED" | "PDF_CORRUPT" | "PDF_TOO_MANY_PAGES" | "PDF_TOO_COMPLEX" }
  | { reason: "PDF_NO_TEXT"; pages: number[] }
  | { reason: "PDF_TEXT_ELSEWHERE"; place: Elsewhere };

export type Limits = Omit<ExtractOptions, "tenantId" | "timeoutMs" | "signal">;

/** Parent to child; the PDF itself comes on standard input, so the child needs no right to read files. */
export type Start = { type: "start"; limits: Limits; sizeBytes: number };

/** Main thread of the child to its parser thread; `data` is moved, not copied. */
export type Parse = { limits: Limits; data: Uint8Array };

export type ParserMessage =
  | { type: "ready" }
  | ExtractEvent
  | { type: "done" }
  | ({ type: "refused" } & DocumentFault)
  | { type: "crashed"; error: string };

/** `rssBytes` tells what the child holds after a document. */
export type ChildMessage = Exclude<ParserMessage, { type: "done" }> | { type: "done"; rssBytes: number };
