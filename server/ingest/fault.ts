import { ReasonError } from "../errors.ts";
import type { DocumentFault, Elsewhere } from "./reader/protocol.ts";

const ELSEWHERE: Record<Elsewhere, string> = {
  attachments: "The text of this PDF is in attached files. Open the PDF, save the attached files, and upload them.",
  form: "This form shows its content in Adobe Reader only. Print it to a new PDF there, and upload that.",
};

/** A document's fault as the error that its file ends with. */
export const toReasonError = (fault: DocumentFault): ReasonError => {
  if (fault.reason === "PDF_NO_TEXT") return new ReasonError(fault.reason, { data: { pages: fault.pages } });
  if (fault.reason === "PDF_TEXT_ELSEWHERE") return new ReasonError(fault.reason, { message: ELSEWHERE[fault.place] });
  return new ReasonError(fault.reason);
};

/** Failures that lie with the document, with bytes that are gone, or with a quota: trying again would end the same. */
const FINAL: ReadonlySet<string> = new Set([
  "NOT_FOUND",
  "PDF_ENCRYPTED",
  "PDF_CORRUPT",
  "PDF_TOO_MANY_PAGES",
  "PDF_TOO_COMPLEX",
  "PDF_NO_TEXT",
  "PDF_TEXT_ELSEWHERE",
  "QUOTA_EXCEEDED",
]);

export const isFinal = (error: unknown): error is ReasonError =>
  error instanceof ReasonError && FINAL.has(error.reason);
