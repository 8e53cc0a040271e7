import { wordsOf } from "../../server/text/words.ts";

/** How far two readings of one text agree, from 0 to 1. */
export type Agreement = {
  /** F1 of the words, as often as each occurs. */
  words: number;
  /** F1 of the pairs of neighbouring words: falls where the order of reading differs. */
  order: number;
};

type Counts = { both: number; ours: number; theirs: number };

const countOf = (items: string[]): Map<string, number> => {
  const counts = new Map<string, number>();
  for (const item of items) counts.set(item, (counts.get(item) ?? 0) + 1);
  return counts;
};

const compare = (ours: string[], theirs: string[]): Counts => {
  const counts = countOf(theirs);
  let both = 0;
  for (const [item, times] of countOf(ours)) both += Math.min(times, counts.get(item) ?? 0);
  return { both, ours: ours.length, theirs: theirs.length };
};

const pairsOf = (words: string[]): string[] => words.slice(1).map((word, i) => `${words[i]} ${word}`);

const sum = (all: Counts[]): Counts =>
  all.reduce((a, b) => ({ both: a.both + b.both, ours: a.ours + b.ours, theirs: a.theirs + b.theirs }), {
    both: 0,
    ours: 0,
    theirs: 0,
  });

const f1 = ({ both, ours, theirs }: Counts): number => (ours + theirs === 0 ? 1 : (2 * both) / (ours + theirs));

/** A word that a line's end parts is one word, with or without its hyphen. */
const joinHyphens = (text: string): string => text.replace(/(\p{L})[-\u00AD\u2010]\n(?=\p{Ll})/gu, "$1");

/** Words as search sees them: case, marks, letter variants and forms of digits make no difference. */
const readWords = (text: string): string[] => wordsOf(joinHyphens(text));

/** Compares page by page, so that a word on the wrong page agrees with nothing. */
export const agreementOf = (ours: string[], theirs: string[]): Agreement & { ourWords: number; theirWords: number } => {
  const pages = Array.from({ length: Math.max(ours.length, theirs.length) }, (_, i) => ({
    ours: readWords(ours[i] ?? ""),
    theirs: readWords(theirs[i] ?? ""),
  }));
  const words = sum(pages.map((page) => compare(page.ours, page.theirs)));
  const pairs = sum(pages.map((page) => compare(pairsOf(page.ours), pairsOf(page.theirs))));
  return { words: f1(words), order: f1(pairs), ourWords: words.ours, theirWords: words.theirs };
};
