const WORDS = /[\p{L}\p{M}\p{N}]+/gu;
/** So many words in a row that were sent are no coincidence. */
const RUN = 3;
/** Languages without spaces have a sentence as one word. */
const LONG_CHARS = 12;
const QUOTED = /(["'`])((?:(?!\1).)+)\1/g;
const HIDDEN = "…";

/**
 * What a server wrote without what it was sent: servers quote the question or the document that they refuse. Quoted
 * passages of what was sent are hidden, runs of three of its words, and long words of it.
 */
export const withoutEcho = (reply: string, sent: readonly string[]): string => {
  const text = sent.join("\n").toLowerCase();
  const unquoted = reply.replace(QUOTED, (whole, quote: string, inner: string) =>
    text.includes(inner.toLowerCase()) ? `${quote}${HIDDEN}${quote}` : whole,
  );
  return hideRuns(unquoted, text);
};

const hideRuns = (reply: string, text: string): string => {
  const sentRuns = new Set(runsOf(text.match(WORDS) ?? []));
  const words = [...reply.matchAll(WORDS)];
  const runs = runsOf(words.map(([word]) => word.toLowerCase()));
  const hidden = words.map(([word]) => word.length >= LONG_CHARS && text.includes(word.toLowerCase()));
  for (const [at, run] of runs.entries()) if (sentRuns.has(run)) hidden.fill(true, at, at + RUN);
  let shown = "";
  let end = 0;
  for (const [index, { 0: word, index: at }] of words.entries()) {
    shown += reply.slice(end, at) + (hidden[index] ? HIDDEN : word);
    end = at + word.length;
  }
  return (shown + reply.slice(end)).replaceAll(/…(?:[^\p{L}\p{N}…]*…)+/gu, HIDDEN);
};

const runsOf = (words: readonly string[]): string[] =>
  Array.from({ length: Math.max(0, words.length - RUN + 1) }, (_, at) => words.slice(at, at + RUN).join(" "));
