const PLAIN = /^[a-z]+$/;

/** After J. Savoy's minimal stemmer for French (UniNE, 1999): plurals, gender and doubled letters fall. */
export const stemFrench = (word: string): string => {
  if (word.length < 5 || !PLAIN.test(word)) return word;
  if (word.endsWith("aux") && word.length > 5) return `${word.slice(0, -3)}al`;
  return word
    .replace(/[xs]$/, "")
    .replace(/r$/, "")
    .replace(/e$/, "")
    .replace(/e$/, "")
    .replace(/(.)\1$/, "$1");
};

/** After J. Savoy's light stemmer for Spanish (UniNE, 2001): plurals and gender fall. */
export const stemSpanish = (word: string): string => {
  if (word.length < 5 || !PLAIN.test(word)) return word;
  if (word.endsWith("eses")) return word.slice(0, -2);
  if (word.endsWith("ces")) return `${word.slice(0, -3)}z`;
  return word.replace(/(?:os|as|es|[oae])$/, "");
};
