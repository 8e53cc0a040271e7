/** ICU's rules for sentences hold for every script; the language changes little. */
const segmenter = new Intl.Segmenter("en", { granularity: "sentence" });

/** Words whose full stop ends no sentence. */
const ABBREVIATION =
  /(?:^|[\s(["'])(?:e\.g|i\.e|cf|vs|al|etc|approx|Dr|Mr|Mrs|Ms|Prof|Gen|Rep|Sen|Gov|St|Jr|Sr|Inc|Ltd|Co|Corp|Fig|Figs|Eq|Eqs|Tab|Sec|Ch|Vol|Ed|eds?|No|Nos|Art|pp?|U\.S|Jan|Feb|Mar|Apr|Jun|Jul|Aug|Sept?|Oct|Nov|Dec|\p{Lu})\.\s*$/u;

/** Where the sentences of a text without newlines start and end, in UTF-16 units, without the space between them. */
export const toSentences = (text: string): { start: number; end: number }[] => {
  const sentences: { start: number; end: number }[] = [];
  let open = false;
  for (const { segment, index } of segmenter.segment(text)) {
    const trimmed = segment.trim();
    if (!trimmed) continue;
    const start = index + segment.indexOf(trimmed);
    const end = start + trimmed.length;
    const last = sentences.at(-1);
    if (open && last) last.end = end;
    else sentences.push({ start, end });
    open = ABBREVIATION.test(trimmed.slice(-12));
  }
  return sentences;
};
