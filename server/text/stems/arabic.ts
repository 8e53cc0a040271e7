const PREFIXES = ["وال", "بال", "کال", "فال", "لل", "ال"];
const SUFFIXES = ["ها", "ان", "ات", "ون", "ین", "یه", "یا", "ه", "ی"];

/**
 * The light stem of an Arabic word as `wordsOf` writes it: articles, "and" and endings fall, roots stay as they are.
 * After L. Larkey, L. Ballesteros, M. Connell, "Light stemming for Arabic information retrieval" (2007), light10.
 */
export const stemArabic = (word: string): string => {
  const prefix = PREFIXES.find((start) => word.startsWith(start) && word.length - start.length >= 2);
  let stem = prefix ? word.slice(prefix.length) : word;
  if (!prefix && stem.startsWith("و") && stem.length >= 4) stem = stem.slice(1);
  for (let times = 0; times < 2; times += 1) {
    const suffix = SUFFIXES.find((end) => stem.endsWith(end) && stem.length - end.length >= 3);
    if (suffix) stem = stem.slice(0, -suffix.length);
  }
  return stem;
};
