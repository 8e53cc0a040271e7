/** Letters that count as one, written as a figure; of doubled ones the second is. */
const PACKED: [RegExp, string][] = [
  [/sch/g, "1"],
  [/ei/g, "2"],
  [/ie/g, "3"],
];
const DOUBLED = /([a-z])\1/g;
const UNPACKED: [RegExp, string][] = [
  [/([a-z])4/g, "$1$1"],
  [/3/g, "ie"],
  [/2/g, "ei"],
  [/1/g, "sch"],
];
const LONG_ENDING = /(?:e[mr]|nd)$/;
const ENDING = /[tesn]$/;

/**
 * The stem of a German word in lower case without umlauts: CISTEM, L. Weissweiler, A. Fraser, "Developing a stemmer for
 * German based on a comparative analysis of publicly available stemmers" (2017).
 */
export const stemGerman = (word: string): string => {
  if (word.length < 4 || !/^[a-zß]+$/.test(word)) return word;
  let stem = word.replaceAll("ß", "ss").replace(/^ge(?=.{4})/, "");
  for (const [letters, packed] of PACKED) stem = stem.replace(letters, packed);
  stem = stem.replace(DOUBLED, (_, letter: string) => `${letter}4`);
  while (stem.length > 3) {
    const ending = stem.length > 5 && LONG_ENDING.test(stem) ? 2 : ENDING.test(stem) ? 1 : 0;
    if (ending === 0) break;
    stem = stem.slice(0, -ending);
  }
  for (const [packed, letters] of UNPACKED) stem = stem.replace(packed, letters);
  return stem;
};
