import type { Pdfium } from "./instance.ts";
import { clean } from "./glyphs/letters.ts";
import { readUtf16 } from "./strings.ts";

/** Numbers of fpdf_formfill.h. */
const PUSH_BUTTON = 1;
const CHECKBOX = 2;
const RADIO_BUTTON = 3;
const COMBO_BOX = 4;
const LIST_BOX = 5;
const TEXT_FIELD = 6;
/** Bit 14 of a text field's flags (ISO 32000, table 228). */
const PASSWORD = 1 << 13;
const MAX_OPTIONS = 1_000;

const readOptions = (pdfium: Pdfium, form: number, field: number): string[] => {
  const { calls } = pdfium;
  const chosen: string[] = [];
  const count = Math.min(calls.FPDFAnnot_GetOptionCount(form, field), MAX_OPTIONS);
  for (let i = 0; i < count; i++)
    if (calls.FPDFAnnot_IsOptionSelected(form, field, i))
      chosen.push(readUtf16(pdfium, (buffer, size) => calls.FPDFAnnot_GetOptionLabel(form, field, i, buffer, size)));
  return chosen;
};

const readValue = (pdfium: Pdfium, form: number, field: number): string[] =>
  readUtf16(pdfium, (buffer, size) => pdfium.calls.FPDFAnnot_GetFormFieldValue(form, field, buffer, size)).split(
    /\r\n?|\n/,
  );

/** What a form's field shows, line by line; undefined where its appearance is to be read, as a signature's. */
export const readFieldLines = (pdfium: Pdfium, form: number, field: number): string[] | undefined => {
  const { calls } = pdfium;
  const read = (): string[] | undefined => {
    switch (calls.FPDFAnnot_GetFormFieldType(form, field)) {
      case PUSH_BUTTON:
        return [];
      case CHECKBOX:
      case RADIO_BUTTON:
        return calls.FPDFAnnot_IsChecked(form, field) ? ["✔"] : [];
      case COMBO_BOX:
      case LIST_BOX: {
        const chosen = readOptions(pdfium, form, field);
        return chosen.length > 0 ? chosen : readValue(pdfium, form, field);
      }
      case TEXT_FIELD:
        return calls.FPDFAnnot_GetFormFieldFlags(form, field) & PASSWORD ? [] : readValue(pdfium, form, field);
      default:
        return undefined;
    }
  };
  return read()?.map((line) => clean(line).trim());
};
