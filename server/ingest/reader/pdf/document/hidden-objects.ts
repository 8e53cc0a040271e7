import type { Pdfium } from "../instance.ts";
import { HIDDEN_KEY } from "./layers.ts";
import { withAscii } from "../strings.ts";

/** Above what any content nests. */
const MAX_MARKS = 100;

/** Deactivates the text objects on hidden layers, and returns the other ones. */
export const hideObjects = (pdfium: Pdfium, textObjects: number[]): number[] => {
  const { calls } = pdfium;
  return withAscii(pdfium, HIDDEN_KEY, (key) => {
    const isHidden = (object: number): boolean => {
      const marks = Math.min(calls.FPDFPageObj_CountMarks(object), MAX_MARKS);
      for (let i = 0; i < marks; i++)
        if (calls.FPDFPageObjMark_GetParamValueType(calls.FPDFPageObj_GetMark(object, i), key) !== 0) return true;
      return false;
    };
    return textObjects.filter((object) => {
      const hidden = isHidden(object);
      if (hidden) calls.FPDFPageObj_SetIsActive(object, 0);
      return !hidden;
    });
  });
};
