/** After these a full stop does not end a sentence; single letters are initials. */
const ABBREVIATION =
  /(?:^|[\s(“"])(?:\p{Lu}|Mr|Mrs|Ms|Dr|Prof|St|Jr|Sr|Gen|Col|Lt|Capt|Rev|Hon|Inc|Ltd|Co|Corp|No|Nos|Vol|Fig|Figs|Eq|Sec|Art|Ch|pp?|vs|cf|ca|approx|est|al|i\.e|e\.g|U\.S|U\.K|Jan|Feb|Mar|Apr|Jun|Jul|Aug|Sept?|Oct|Nov|Dec|Nr|bzw|z\.B|d\.h)\.\s*$/u;
const LONGEST_CHARS = 500;

const segmenter = new Intl.Segmenter(undefined, { granularity: "sentence" });

/** The sentences of a text, each a verbatim piece of it; one too long to quote is cut at a space. */
export const sentencesOf = (text: string): string[] => {
  const sentences: string[] = [];
  let start = 0;
  for (const { segment, index } of segmenter.segment(text)) {
    const end = index + segment.length;
    if (end < text.length && ABBREVIATION.test(text.slice(Math.max(start, end - 16), end))) continue;
    pushPieces(text.slice(start, end).trim(), sentences);
    start = end;
  }
  return sentences;
};

const pushPieces = (sentence: string, into: string[]): void => {
  let rest = sentence;
  while (rest.length > LONGEST_CHARS) {
    const space = rest.lastIndexOf(" ", LONGEST_CHARS);
    const cut = space > LONGEST_CHARS / 2 ? space : LONGEST_CHARS;
    into.push(rest.slice(0, cut).trim());
    rest = rest.slice(cut).trim();
  }
  if (rest) into.push(rest);
};
