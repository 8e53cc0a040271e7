import { indexWords } from "../text/stem.ts";
import { isStopWord } from "../text/stop-words.ts";
import { wordsOf } from "../text/words.ts";

/** Each is compared with every chunk of a small tenant; no question of a person has more. */
const MAX_WORDS = 200;

/** The words of a query that full text looks for: all, or of a very long query the last ones, where its question stands. */
export const queryWords = (query: string): string => {
  const words = wordsOf(query);
  const different = new Set(words);
  if (different.size <= MAX_WORDS) return indexWords(words);
  const telling = [...new Set(words.toReversed())].filter((word) => !isStopWord(word));
  return indexWords(telling.slice(0, MAX_WORDS).toReversed());
};
