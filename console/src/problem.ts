import { DocuChatError, isReason } from "@docuchat/client";
import { strings } from "./strings.ts";

/** What a person reads of a failure; `otherwise` of one that is not the server's. */
export const describeProblem = (error: unknown, otherwise: string = strings.unknown): string => {
  if (!(error instanceof DocuChatError)) return otherwise;
  const { reason, message }: DocuChatError = error;
  const words = strings.reasons[reason] ?? message;
  return isReason(error, "PDF_NO_TEXT") ? `${words} ${strings.files.withoutText(error.data.pages)}` : words;
};
