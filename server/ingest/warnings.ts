import type { FileWarning } from "../../db/index.ts";
import { LIMITS } from "../contract/limits.ts";
import type { PageText } from "./document.ts";

const LETTER_OR_DIGIT = /[\p{L}\p{N}]/u;

/** Collects, while the pages of a document are read, what its file is to warn of. */
export const createWarnings = () => {
  const withoutText: number[] = [];
  return {
    addPage: ({ page, text }: Pick<PageText, "page" | "text">): void => {
      if (withoutText.length < LIMITS.pagesNamed && !LETTER_OR_DIGIT.test(text)) withoutText.push(page);
    },
    list: (): FileWarning[] => (withoutText.length > 0 ? [{ reason: "PDF_NO_TEXT", pages: withoutText }] : []),
  };
};
