import { loadRanks } from "./ranks.ts";
import { isStopWord } from "../../text/stop-words.ts";

/** How much a word tells, in the manner of an inverse document frequency: 0.2 for "the", about 6 for a rare name. */
export type Rarity = (word: string) => number;

const LATIN = /^[a-z0-9]+$/;

export const loadRarity = async (): Promise<Rarity> => {
  const ranks = await loadRanks();
  return (word) => {
    if (isStopWord(word)) return 0.2;
    if (!LATIN.test(word)) return 2.5 + 0.3 * Math.min(word.length, 10);
    const { rank, tokens } = ranks.find(word);
    return Math.log(1 + rank / 500) + 0.6 * (tokens - 1);
  };
};
