import type { Pdfium } from "../instance.ts";

/** Above any cover sheet's. */
const MAX_ANNOTATIONS = 1_000;

/** The results of `read` for the annotations of one subtype on all pages, while they are open. */
export const mapAnnotations = <T>(
  { calls }: Pdfium,
  document: number,
  { subtype, read }: { subtype: number; read: (annotation: number) => T },
): T[] => {
  const results: T[] = [];
  for (let index = 0; index < calls.FPDF_GetPageCount(document); index++) {
    const page = calls.FPDF_LoadPage(document, index);
    if (page === 0) continue;
    const count = Math.min(calls.FPDFPage_GetAnnotCount(page), MAX_ANNOTATIONS);
    for (let at = 0; at < count; at++) {
      const annotation = calls.FPDFPage_GetAnnot(page, at);
      if (annotation === 0) continue;
      if (calls.FPDFAnnot_GetSubtype(annotation) === subtype) results.push(read(annotation));
      calls.FPDFPage_CloseAnnot(annotation);
    }
    calls.FPDF_ClosePage(page);
  }
  return results;
};
