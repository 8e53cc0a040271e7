import { languagesOf, type Language } from "./stop-words.ts";

const SAMPLE = 120;
const ARABIC_SCRIPT = /^\p{Script=Arabic}/u;
const PERSIAN_LETTER = /[پچژگ]/;
const ARABIC_ARTICLE = /^[وفبک]?ال\p{L}{3}/u;

/**
 * The language of a text's words, as its commonest words and its script tell: English where nothing does. Of those
 * that have a stemmer here; another language is taken for the nearest, or for English.
 */
export const languageOf = (words: readonly string[]): Language => {
  const votes: Record<Language, number> = { english: 0, german: 0, french: 0, spanish: 0, persian: 0, arabic: 0 };
  let [arabicScript, looked] = [0, 0];
  for (const word of words) {
    if (looked++ === SAMPLE) break;
    const languages = languagesOf(word);
    for (const language of languages) votes[language] += 1 / languages.length;
    if (!ARABIC_SCRIPT.test(word)) continue;
    arabicScript += 1;
    if (PERSIAN_LETTER.test(word)) votes.persian += 1;
    else if (ARABIC_ARTICLE.test(word)) votes.arabic += 1;
  }
  if (arabicScript * 2 > looked) return votes.arabic > votes.persian ? "arabic" : "persian";
  const latin = (["english", "german", "french", "spanish"] as const).toSorted((a, b) => votes[b] - votes[a]);
  return latin[0] ?? "english";
};
