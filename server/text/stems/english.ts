/**
 * The English stem of a lower-case word by Porter's algorithm: M. F. Porter, "An algorithm for suffix stripping",
 * Program 14 (1980), with the author's two later departures (`logi` and `bli`), https://tartarus.org/martin/PorterStemmer.
 * Words that are not plain Latin letters come back unchanged.
 */
export const stemEnglish = (word: string): string => {
  if (word.length < 3 || !/^[a-z]+$/.test(word)) return word;
  let at = stripInflection(stripPlural(word));
  if (at.endsWith("y") && hasVowel(at.slice(0, -1))) at = `${at.slice(0, -1)}i`;
  at = replaceSuffix(at, DOUBLE_SUFFIXES, 0);
  at = replaceSuffix(at, SINGLE_SUFFIXES, 0);
  at = replaceSuffix(at, FINAL_SUFFIXES, 1);
  return stripFinalE(at);
};

const CONSONANT = "(?:[^aeiouy]|(?<=[aeiou])y|^y)";
const VOWEL = "(?:[aeiou]|(?<![aeiou]|^)y)";
const VOWEL_THEN_CONSONANT = new RegExp(`${VOWEL}+${CONSONANT}+`, "g");
const HAS_VOWEL = new RegExp(VOWEL);
const ENDS_CVC = new RegExp(`${CONSONANT}${VOWEL}(?![wxy])${CONSONANT}$`);

/** Porter's m: how often a vowel run is followed by a consonant run. */
const measure = (text: string): number => text.match(VOWEL_THEN_CONSONANT)?.length ?? 0;
const hasVowel = (text: string): boolean => HAS_VOWEL.test(text);
const endsDouble = (text: string): boolean => /([^aeiou])\1$/.test(text);

/** Step 1a. */
const stripPlural = (word: string): string => {
  if (word.endsWith("sses") || word.endsWith("ies")) return word.slice(0, -2);
  return word.endsWith("s") && !word.endsWith("ss") ? word.slice(0, -1) : word;
};

/** Step 1b. */
const stripInflection = (word: string): string => {
  if (word.endsWith("eed")) return measure(word.slice(0, -3)) > 0 ? word.slice(0, -1) : word;
  const suffix = /(?:ed|ing)$/.exec(word)?.[0];
  const base = suffix === undefined ? "" : word.slice(0, -suffix.length);
  if (!base || !hasVowel(base)) return word;
  if (/(?:at|bl|iz)$/.test(base)) return `${base}e`;
  if (endsDouble(base) && !/[lsz]$/.test(base)) return base.slice(0, -1);
  return measure(base) === 1 && ENDS_CVC.test(base) ? `${base}e` : base;
};

/** Steps 2, 3 and 4: the longest suffix that fits is replaced if the measure before it is greater than `above`. */
const DOUBLE_SUFFIXES = suffixes(
  `ational:ate tional:tion enci:ence anci:ance izer:ize bli:ble alli:al entli:ent eli:e ousli:ous ization:ize ation:ate
  ator:ate alism:al iveness:ive fulness:ful ousness:ous aliti:al iviti:ive biliti:ble logi:log`,
);
const SINGLE_SUFFIXES = suffixes("icate:ic ative: alize:al iciti:ic ical:ic ful: ness:");
const FINAL_SUFFIXES = suffixes(
  "al: ance: ence: er: ic: able: ible: ant: ement: ment: ent: sion:s tion:t ou: ism: ate: iti: ous: ive: ize:",
);

function suffixes(list: string): [suffix: string, replacement: string][] {
  const pairs = list.split(/\s+/).map((pair): [string, string] => {
    const [suffix = "", replacement = ""] = pair.split(":");
    return [suffix, replacement];
  });
  return pairs.sort(([a], [b]) => b.length - a.length);
}

const replaceSuffix = (word: string, rules: [string, string][], above: number): string => {
  const rule = rules.find(([suffix]) => word.endsWith(suffix));
  if (!rule) return word;
  const base = word.slice(0, -rule[0].length) + rule[1];
  const before = word.slice(0, -rule[0].length);
  // "ion" falls only after s or t, which stay and count for the measure.
  const measured = rule[0].endsWith("ion") && above === 1 ? base : before;
  return measure(measured) > above ? base : word;
};

/** Step 5. */
const stripFinalE = (word: string): string => {
  let at = word;
  if (at.endsWith("e")) {
    const base = at.slice(0, -1);
    if (measure(base) > 1 || (measure(base) === 1 && !ENDS_CVC.test(base))) at = base;
  }
  return at.endsWith("ll") && measure(at) > 1 ? at.slice(0, -1) : at;
};
