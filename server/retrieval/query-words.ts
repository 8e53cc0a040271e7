import { indexWords } from "../text/stem.ts";
import { isStopWord } from "../text/stop-words.ts";
import { wordsOf } from "../text/words.ts";

/** Each is compared with every chunk of a small tenant; no question of a person has more. */
const MAX_WORDS = 200;

/** The words of a query that full text looks for: all, or of a very long query those at its two ends. */
export const queryWords = (query: string): string => {
  const words = wordsOf(query);
  const different = new Set(words);
  if (different.size <= MAX_WORDS) return indexWords(words);
  const telling = [...different].filter((word) => !isStopWord(word));
  if (telling.length <= MAX_WORDS) return indexWords(telling);
  return indexWords([...telling.slice(0, MAX_WORDS / 2), ...telling.slice(-MAX_WORDS / 2)]);
};
