/** The most marks in a row that Unicode's Stream-Safe Text Format has (UAX #15). */
const MAX_MARKS = 30;
const ROW = new RegExp(`(\\p{M}{${MAX_MARKS}})\\p{M}+`, "gu");

/** A text in NFC or NFKC. Rows of marks are cut first, which normalization takes the square of: no language has them. */
export const compose = (text: string, form: "NFC" | "NFKC"): string => text.replace(ROW, "$1").normalize(form);
