/** The longest first, with the letters that must remain. */
const SUFFIXES: [ending: string, least: number][] = [
  ["هایشان", 2],
  ["هایمان", 2],
  ["هایی", 2],
  ["هایم", 2],
  ["هایت", 2],
  ["هایش", 2],
  ["های", 2],
  ["ترین", 3],
  ["شان", 3],
  ["مان", 3],
  ["تان", 3],
  ["ها", 2],
  ["تر", 3],
  ["ان", 4],
  ["ات", 4],
  ["اش", 3],
  ["ام", 4],
  ["ای", 3],
  ["یی", 3],
  ["ی", 3],
  ["ه", 3],
  ["ش", 4],
];

/** The light stem of a Persian word as `wordsOf` writes it: plurals, degrees, possessives and the indefinite fall. */
export const stemPersian = (word: string): string => {
  let stem = word;
  for (let times = 0; times < 2; times += 1) {
    const suffix = SUFFIXES.find(([ending, least]) => stem.endsWith(ending) && stem.length - ending.length >= least);
    if (suffix) stem = stem.slice(0, -suffix[0].length);
  }
  return stem;
};
