import { mapAnnotations } from "./annotations-of.ts";
import type { Pdfium } from "../instance.ts";
import { readUtf16 } from "../strings.ts";

/** More attachments do not change the decision. */
const MAX_ATTACHMENTS = 100;
/** `FPDF_ANNOT_FILEATTACHMENT` of fpdf_annot.h. */
const FILE_ANNOTATION = 17;

export type Attachment = { name: string; isPdf: boolean };

const readAttachment = (pdfium: Pdfium, attachment: number): Attachment => {
  const { calls } = pdfium;
  const name = readUtf16(pdfium, (buffer, size) => calls.FPDFAttachment_GetName(attachment, buffer, size));
  const type = readUtf16(pdfium, (buffer, size) => calls.FPDFAttachment_GetSubtype(attachment, buffer, size));
  return { name, isPdf: type === "application/pdf" || /\.pdf$/i.test(name) };
};

/** The files that are attached to the document as a whole. */
export const listAttachments = (pdfium: Pdfium, document: number): Attachment[] => {
  const { calls } = pdfium;
  const count = Math.min(calls.FPDFDoc_GetAttachmentCount(document), MAX_ATTACHMENTS);
  return Array.from({ length: Math.max(count, 0) }, (_, index) => calls.FPDFDoc_GetAttachment(document, index))
    .filter((attachment) => attachment !== 0)
    .map((attachment) => readAttachment(pdfium, attachment));
};

/** The files that are attached to a place on a page. */
export const attachedToPages = (pdfium: Pdfium, document: number): Attachment[] =>
  mapAnnotations(pdfium, document, {
    subtype: FILE_ANNOTATION,
    read: (annotation) => pdfium.calls.FPDFAnnot_GetFileAttachment(annotation),
  })
    .filter((attachment) => attachment !== 0)
    .map((attachment) => readAttachment(pdfium, attachment));
