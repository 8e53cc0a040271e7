/** The tatweel lengthens Arabic letters, and belongs to no script by itself. */
const RIGHT_TO_LEFT_LETTER =
  /[\u0640[[\p{Script=Hebrew}\p{Script=Arabic}\p{Script=Syriac}\p{Script=Thaana}\p{Script=Nko}]&&\p{L}]]/v;

/** Whether a text contains a letter that is written from right to left. */
export const isRightToLeft = (text: string): boolean => RIGHT_TO_LEFT_LETTER.test(text);
