import { attachedToPages, listAttachments } from "./attachments.ts";
import { isPortfolio } from "./catalog.ts";
import type { Pdfium } from "../instance.ts";
import type { Elsewhere } from "../../protocol.ts";
import { isDynamicForm, hasFieldsOnPages } from "./xfa.ts";

/** Cover sheets have one page, or a second one in another language. */
const MAX_COVER_PAGES = 2;
/** Letters of a cover that lists what is attached, without the names. */
const MAX_PORTFOLIO_LETTERS = 1_000;
/** Adobe's sheet has 500, those of public offices say the same in two languages. */
const MAX_FORM_LETTERS = 3_000;
/** A sentence that points to the attachments. */
const MAX_NOTE_LETTERS = 200;
/** Beyond them no page is a cover. */
const MAX_CHARS = 20_000;
/** `PAGEMODE_USEATTACHMENTS` of fpdf_ext.h: the document opens with its list of attachments. */
const OPENS_ATTACHMENTS = 5;

const countLetters = (pages: Pages): number =>
  pages.reduce((sum, { text }) => sum + text.slice(0, MAX_CHARS).replaceAll(/[^\p{L}\p{N}]/gu, "").length, 0);

type Pages = readonly { text: string }[];

/**
 * Tells whether the text of a document is in attached files, or in a form that only Adobe Reader shows (XFA). `pages`
 * are all that was read of it, form fields included. The attachments are taken out of the opened document.
 */
export const findTextElsewhere = (pdfium: Pdfium, document: number, pages: Pages): Elsewhere | undefined => {
  if (pages.length > MAX_COVER_PAGES) return undefined;
  const letters = countLetters(pages);
  if (letters <= MAX_FORM_LETTERS && isDynamicForm(pdfium, document) && !hasFieldsOnPages(pdfium, document))
    return "form";
  return isCoverOfAttachments(pdfium, document, letters) ? "attachments" : undefined;
};

const isCoverOfAttachments = (pdfium: Pdfium, document: number, letters: number): boolean => {
  const attachments = listAttachments(pdfium, document);
  const names = attachments.reduce((sum, { name }) => sum + name.length, 0);
  const isNote =
    letters === 0 || (letters <= MAX_NOTE_LETTERS && pdfium.calls.FPDFDoc_GetPageMode(document) === OPENS_ATTACHMENTS);
  if (isNote && [...attachments, ...attachedToPages(pdfium, document)].some(({ isPdf }) => isPdf)) return true;
  return attachments.length > 0 && letters <= MAX_PORTFOLIO_LETTERS + names && isPortfolio(pdfium, document);
};
