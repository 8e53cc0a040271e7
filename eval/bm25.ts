import { wordsOf } from "../server/text/words.ts";
import type { Found } from "./metrics.ts";

type Page = { file: string; page: number; text: string };

/** BM25 over whole pages, k1 = 1.2, b = 0.75 (S. Robertson, H. Zaragoza, 2009): what a plain search would find. */
export const createBm25 = (pages: readonly Page[]): ((query: string) => Found[]) => {
  const counted = pages.map((page) => ({ ...page, words: countWords(page.text) }));
  const lengths = counted.map(({ words }) => words.values().reduce((sum, times) => sum + times, 0));
  const usual = lengths.reduce((sum, length) => sum + length, 0) / (lengths.length || 1);
  const idf = (word: string) => {
    const having = counted.filter(({ words }) => words.has(word)).length;
    return Math.log(1 + (counted.length - having + 0.5) / (having + 0.5));
  };
  return (query) => {
    const asked = [...new Set(wordsOf(query))].map((word) => [word, idf(word)] as const);
    const scored = counted.map(({ file, page, words }, at) => {
      const saturation = 1.2 * (0.25 + (0.75 * (lengths[at] ?? 0)) / usual);
      const score = asked.reduce((sum, [word, weight]) => {
        const times = words.get(word) ?? 0;
        return sum + (weight * times * 2.2) / (times + saturation);
      }, 0);
      return { file, pageFrom: page, pageTo: page, spans: [], score };
    });
    return scored.toSorted((a, b) => b.score - a.score);
  };
};

const countWords = (text: string): Map<string, number> => {
  const counts = new Map<string, number>();
  for (const word of wordsOf(text)) counts.set(word, (counts.get(word) ?? 0) + 1);
  return counts;
};
