/** Scripts written without spaces between words: their characters and pairs of characters stand for words. */
const UNSPACED = String.raw`\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Thai}\p{Script=Lao}\p{Script=Khmer}\p{Script=Myanmar}ー`;
const WORD = new RegExp(`[${UNSPACED}]+|(?:(?![${UNSPACED}])[\\p{L}\\p{N}])+`, "gu");
const IS_UNSPACED = new RegExp(`^[${UNSPACED}]`, "u");

/** Longer runs are ciphers or data, not words: they are cut, so that no text can make a word costly. */
const MAX_WORD_CHARS = 64;

/** Letters that are written in two ways, and digits, as one; tatweel only stretches a word. */
const FOLDED: Record<string, string> = { ي: "ی", ى: "ی", ك: "ک", ة: "ه", ـ: "" };
const FOLD = /[يىكةـ٠-٩۰-۹]/g;
const fold = (char: string): string => FOLDED[char] ?? String(char.charCodeAt(0) & 0xf);

/** A text as it is compared: compatibility forms and marks dropped (NFKD), lower case, letter variants unified. */
const normalize = (text: string): string =>
  text
    .normalize("NFKD")
    .replace(/\p{M}+/gu, "")
    .toLowerCase()
    .replace(FOLD, fold);

/** The words of a text, repeated as often as they occur, in order. */
export const wordsOf = (text: string): string[] => {
  const words: string[] = [];
  for (const [run] of normalize(text).matchAll(WORD))
    if (IS_UNSPACED.test(run)) pushCharactersAndPairs(run, words);
    else for (let at = 0; at < run.length; at += MAX_WORD_CHARS) words.push(run.slice(at, at + MAX_WORD_CHARS));
  return words;
};

/** Whether `wordsOf` made this word from a script that is written without spaces. */
export const isUnspaced = (word: string): boolean => IS_UNSPACED.test(word);

const pushCharactersAndPairs = (run: string, words: string[]): void => {
  let previous = "";
  for (const char of run) {
    words.push(char);
    if (previous) words.push(previous + char);
    previous = char;
  }
};
