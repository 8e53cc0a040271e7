import { mapAnnotations } from "./annotations-of.ts";
import type { Pdfium } from "../instance.ts";
import { readFloats } from "../strings.ts";

/** `FORMTYPE_XFA_FULL` of fpdf_formfill.h: the document asks for its pages to be made from the form. */
const XFA_FULL = 2;
/** `FORMTYPE_XFA_FOREGROUND`: XFA beside fields of the pages, mostly. */
const XFA_FOREGROUND = 3;
/** `FPDF_ANNOT_WIDGET` of fpdf_annot.h. */
const WIDGET = 20;
const MAX_PACKETS = 100;
/** In the configuration of older dynamic forms: the pages are made at run time. */
const DYNAMIC = Buffer.from("dynamicRender>required<");

/** Whether the viewer makes the pages of a form, and those in the file are placeholders ("Please wait"). */
export const isDynamicForm = (pdfium: Pdfium, document: number): boolean => {
  const type = pdfium.calls.FPDF_GetFormType(document);
  if (type !== XFA_FULL && type !== XFA_FOREGROUND) return false;
  const packets = Math.min(pdfium.calls.FPDF_GetXFAPacketCount(document), MAX_PACKETS);
  if (type === XFA_FULL) return packets > 0;
  return Array.from({ length: Math.max(packets, 0) }, (_, index) => index).some((index) =>
    readPacket(pdfium, document, index).includes(DYNAMIC),
  );
};

/** The content of a packet, decompressed; nothing where PDFium has none. */
const readPacket = (pdfium: Pdfium, document: number, index: number): Buffer => {
  const { calls, scratch } = pdfium;
  if (!calls.FPDF_GetXFAPacketContent(document, index, 0, 0, scratch)) return Buffer.alloc(0);
  const size = pdfium.view.getUint32(scratch, true);
  const address = pdfium.allocate(size);
  try {
    if (!calls.FPDF_GetXFAPacketContent(document, index, address, size, scratch)) return Buffer.alloc(0);
    return Buffer.from(pdfium.bytes.slice(address, address + size));
  } finally {
    pdfium.free(address);
  }
};

/** Whether a field has an area on a page: an invisible signature has none. */
export const hasFieldsOnPages = (pdfium: Pdfium, document: number): boolean => {
  const { calls, scratch } = pdfium;
  const read = (annotation: number): boolean => {
    if (!calls.FPDFAnnot_GetRect(annotation, scratch)) return false;
    const [left, top, right, bottom] = readFloats(pdfium, scratch);
    return right - left !== 0 && top - bottom !== 0;
  };
  return mapAnnotations(pdfium, document, { subtype: WIDGET, read }).some(Boolean);
};
