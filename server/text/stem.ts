import { languageOf } from "./language.ts";
import { isStopWord, type Language } from "./stop-words.ts";
import { stemArabic } from "./stems/arabic.ts";
import { stemEnglish } from "./stems/english.ts";
import { stemGerman } from "./stems/german.ts";
import { stemPersian } from "./stems/persian.ts";
import { stemFrench, stemSpanish } from "./stems/romance.ts";

const STEMMERS: Record<Language, (word: string) => string> = {
  english: stemEnglish,
  german: stemGerman,
  french: stemFrench,
  spanish: stemSpanish,
  persian: stemPersian,
  arabic: stemArabic,
};

const ARABIC_SCRIPT = /^\p{Script=Arabic}/u;
const isArabicScript = (word: string) => ARABIC_SCRIPT.test(word);

const MOST_KNOWN = 50_000;

/** Latin and Arabic letters; the test is made for every word of every passage. */
const hasStems = (word: string): boolean => {
  const first = word.charCodeAt(0);
  return (first >= 0x61 && first <= 0x7a) || (first >= 0x620 && first <= 0x6ff);
};

const known = new Map<Language, Map<string, string>>();

/** The stem of a word as `wordsOf` writes it, in a text of this language; words of another script are left alone. */
export const stem = (word: string, language: Language): string => {
  if (!hasStems(word)) return word;
  let stems = known.get(language);
  if (!stems || stems.size >= MOST_KNOWN) known.set(language, (stems = new Map()));
  const before = stems.get(word);
  if (before !== undefined) return before;
  const made = makeStem(word, language);
  stems.set(word, made);
  return made;
};

const makeStem = (word: string, language: Language): string => {
  if (isStopWord(word)) return word;
  const rightToLeft = language === "arabic" || language === "persian";
  if (isArabicScript(word) === rightToLeft) return STEMMERS[language](word);
  return rightToLeft ? stemEnglish(word) : word;
};

/**
 * The words that full text indexes and looks for: each as it stands, and its stem beside it where the database, which
 * knows English alone, would not find it by itself.
 */
export const indexWords = (words: readonly string[]): string => {
  const language = languageOf(words);
  if (language === "english") return words.join(" ");
  return words
    .flatMap((word) => {
      const root = stem(word, language);
      return root === word ? [word] : [word, root];
    })
    .join(" ");
};

/** The stems of the words that tell something, repeated as often as they occur, in order. */
export const tellingStems = (words: readonly string[]): string[] => {
  const language = languageOf(words);
  return words.filter((word) => !isStopWord(word)).map((word) => stem(word, language));
};
