/** Fewer letters in common are chance. */
const LEAST_LETTERS = 5;
/** Terms of one beginning, or of one end, that a word is compared with: no question of a person has more. */
const MAX_ALIKE = 8;

export type Likeness = (word: string) => readonly { term: string; share: number }[];

const NONE = [] as const;

/**
 * Which of the terms another word is like, and how much of the shorter of the two they share: it begins or ends as the
 * term does, as compounds (`Schmalspurbahn` and `Schmalspur`), other forms and slips of the pen do.
 */
export const likenessTo = (terms: Iterable<string>): Likeness => {
  const long = [...terms].filter((term) => term.length >= LEAST_LETTERS && !/\d/.test(term));
  const heads = groupBy(long, headOf);
  const tails = groupBy(long, tailOf);
  // Looked at before anything is cut out of a word: of most, neither is a term's.
  const lettersAt = (at: number) => new Set(long.map((term) => term.at(at)));
  const [firsts, lasts] = [lettersAt(0), lettersAt(-1)];
  return (word) => {
    if (word.length < LEAST_LETTERS) return NONE;
    const begin = firsts.has(word[0]) ? heads.get(headOf(word)) : undefined;
    const end = lasts.has(word.at(-1)) ? tails.get(tailOf(word)) : undefined;
    if (!begin && !end) return NONE;
    const near = new Set([...(begin ?? NONE), ...(end ?? NONE)]);
    return Array.from(near, (term) => ({ term, share: shareOf(word, term) }));
  };
};

/** The first `MAX_ALIKE` terms of each key. */
const groupBy = (terms: string[], keyOf: (term: string) => string): Map<string, string[]> => {
  const groups = new Map<string, string[]>();
  for (const term of terms) {
    const group = groups.get(keyOf(term));
    if (!group) groups.set(keyOf(term), [term]);
    else if (group.length < MAX_ALIKE) group.push(term);
  }
  return groups;
};

const headOf = (word: string) => word.slice(0, LEAST_LETTERS);
const tailOf = (word: string) => word.slice(-LEAST_LETTERS);

const shareOf = (one: string, other: string): number => {
  const length = Math.min(one.length, other.length);
  let [begin, end] = [0, 0];
  while (begin < length && one[begin] === other[begin]) begin++;
  while (end < length && one.at(-1 - end) === other.at(-1 - end)) end++;
  return Math.max(begin, end) / length;
};
