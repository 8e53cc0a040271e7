import { tellingStems } from "../text/stem.ts";
import { wordsOf } from "../text/words.ts";

/** What a document says of itself: its name, and how its text begins. */
export type Opening = { file_id: string; file_name: string; text: string };

const OPENING_WORDS = 100;
/** Documents that fit almost as well as the best are named too. */
const AS_GOOD = 0.85;

/** Whether the query has a word of any of these names; without one it names no document. */
export const asksByName = (query: string, names: Iterable<string>): boolean => {
  const asked = new Set(tellingStems(wordsOf(query)));
  return [...names].some((name) => nameOf(name).some((word) => asked.has(word)));
};

/**
 * The documents that a query names, by what they are called and how they begin, as "Apple's third quarter of 2022" does:
 * those with most of its words, each as rare as it is among the documents. None, where it fits half of them alike.
 */
export const namedIn = (query: string, openings: readonly Opening[]): Set<string> => {
  const asked = new Set(tellingStems(wordsOf(query)));
  const known = openings.map(({ file_id, file_name, text }) => {
    const called = new Set(nameOf(file_name)).intersection(asked);
    return {
      file_id,
      called,
      said: called.union(new Set(tellingStems(wordsOf(text).slice(0, OPENING_WORDS))).intersection(asked)),
    };
  });
  const having = new Map<string, number>();
  for (const { said } of known) for (const term of said) having.set(term, (having.get(term) ?? 0) + 1);
  const rarity = (term: string): number => {
    const documents = having.get(term) ?? 0;
    return Math.log(1 + (known.length - documents + 0.5) / (documents + 0.5));
  };
  const scored = known.map(({ said, ...document }) => ({
    ...document,
    score: said.values().reduce((sum, term) => sum + rarity(term), 0),
  }));
  const best = Math.max(...scored.map(({ score }) => score));
  const named = scored.filter(({ called, score }) => called.size > 0 && score >= AS_GOOD * best);
  return new Set(named.length * 2 > known.length ? [] : named.map(({ file_id }) => file_id));
};

const nameOf = (fileName: string): string[] => tellingStems(wordsOf(fileName.replace(/\.pdf$/i, "")));
