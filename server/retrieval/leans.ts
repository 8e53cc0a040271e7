import { isStopWord } from "../text/stop-words.ts";
import { isUnspaced, setApart, wordsOf } from "../text/words.ts";

/** One of these words, whole; `\b` knows Latin letters without accents alone. */
const word = (words: string): RegExp => new RegExp(`(?<!\\p{L})(?:${words})(?!\\p{L})`, "iu");

const ENGLISH = "it|its|they|them|their|theirs|he|him|his|she|her|hers";
const GERMAN = "er|sie|ihn|ihm|ihr|ihre[mnrs]?|seine[mnrs]?";

/** Words that stand for something said before: English, German, French, Spanish, Persian, Arabic, Chinese, Japanese. */
const POINTERS = [
  word(`${ENGLISH}|those|these`),
  word(`${GERMAN}|(?<!g[ai]bt? |ging )es|dessen|deren|dort|davon|daran|darin|dazu|damit`),
  word("elles?|ils|celui|celle|ceux|leurs?|là-bas|ellos|ellas?|eso|esos|esas|sus?|él|il(?! y a)"),
  word("آن|این|او|وی|آن‌?ها|این‌?ها|ایشان|آنان|آنجا|اینجا|همان|همین"),
  word("(?<!(?:من|ما) )[وف]?(?:هو|هي|هم|هما)|[وف]?(?:هذا|هذه|ذلك|تلك|هناك|أولئك)"),
  /它|他|她|那里|那儿|那个|那些|这里|这个|这些|该|其中|そこ|それ|その|あの|彼/u,
];
/** They may point back, or not: a question that says little besides them does. */
const MAYBE = [
  word("this|there|ones?|others?|else|same|then|(?:about|after|before|did|does|for|from|is|like|of|was|with) that"),
  word("cela|ça|esto|allí"),
  // An article has a noun behind it, which German writes with a capital.
  /(?<!\p{L})(?:das|dies|diese[mnrs]?)(?!\p{L})(?!\s+(?:\p{Ll}+\s+)?\p{Lu})/u,
  /\p{L}{2,}(?:ها|هم|هما)\s*[؟?]?$/u,
];
/** Going on where the last question ended. */
const GOES_ON =
  /^[\s¿¡]*(?:(?:and|but|or|so|also|what about|how about|what else|und|aber|oder|was ist mit|et|mais|y|pero)(?![\p{L}'’])|(?:و|اما|پس)\s|و(?=كم|متى|من|ما|أين|كيف|هل|لماذا)|那|还有)|(?:呢|は)[？?]?\s*$/iu;
/** What a pointer may stand for in the question itself: a name before it, or what the main clause speaks of. */
const NAMES_IT = new RegExp(`(?<=\\S\\s+)\\p{Lu}\\p{L}+.*\\s(?:${ENGLISH}|${GERMAN})(?!\\p{L})`, "u");
const CLAUSES =
  "after|although|and|as|because|before|if|since|than|until|when|where|while|als|bevor|dass|nachdem|weil|wenn";
const IN_A_CLAUSE = new RegExp(`(?<!\\p{L})(?:${CLAUSES})\\s.*\\s(?:${ENGLISH}|${GERMAN})(?!\\p{L})`, "iu");
/** A longer question says enough by itself; the patterns above may take the square of its length. */
const MAX_CHARS = 400;
const MOST_BESIDE = { pointer: 6, named: 2, maybe: 4, goesOn: 4 };
const FEW_WORDS = 2;

/** How many words say something by themselves; two characters of a script without spaces are as much as a word. */
const countTelling = (words: readonly string[]): number => {
  let count = 0;
  for (const word of words)
    if (isUnspaced(word)) count += word.length === 1 ? 0.5 : 0;
    else if (!isStopWord(word)) count += 1;
  return count;
};

/** Whether a question cannot be understood, or searched for, without what was asked before it. */
export const leans = (written: string): boolean => {
  const question = written.replace(/\s+/gu, " ");
  if (question.length > MAX_CHARS) return false;
  const words = wordsOf(setApart(question));
  const telling = countTelling(words);
  const any = (patterns: readonly RegExp[]) => patterns.some((pattern) => pattern.test(question));
  if (any(POINTERS)) return telling <= (any([NAMES_IT, IN_A_CLAUSE]) ? MOST_BESIDE.named : MOST_BESIDE.pointer);
  if (GOES_ON.test(question)) return telling <= MOST_BESIDE.goesOn;
  if (any(MAYBE)) return telling <= MOST_BESIDE.maybe;
  return telling === 0 || words.length <= FEW_WORDS;
};
