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
