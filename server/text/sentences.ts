/** ICU's rules for sentences hold for every script; the language changes little. */
const segmenter = new Intl.Segmenter("en", { granularity: "sentence" });

/** Words whose full stop ends no sentence; a single capital is an initial. */
const ABBREVIATION =
  /(?:^|[\s(["'“])(?:\p{Lu}|e\.g|i\.e|cf|ca|vs|al|est|etc|approx|Dr|Mr|Mrs|Ms|Prof|Gen|Col|Lt|Capt|Rev|Hon|Rep|Sen|Gov|St|Jr|Sr|Inc|Ltd|Co|Corp|Figs?|Eqs?|Tab|Sec|Ch|Vol|[Ee]ds?|Nos?|Nr|Art|pp?|U\.S|U\.K|bzw|z\.B|d\.h|Jan|Feb|Mar|Apr|Jun|Jul|Aug|Sept?|Oct|Nov|Dec)\.\s*$/u;
const LONGEST_ABBREVIATION_CHARS = 12;
/** The mark of a note, set after the full stop, belongs to the sentence before it. */
const NOTE_MARK = /^[⁰¹²³⁴-⁹]{1,3}(?:,[⁰¹²³⁴-⁹]{1,3}){0,4}(?=\s|$)/u;
const LONGEST_MARK_CHARS = 24;

/**
 * Where the sentences of a text start and end, in UTF-16 units, without the space between them. A newline ends a
 * sentence: join soft wraps by a space first.
 */
export const sentencesIn = (text: string): { start: number; end: number }[] => {
  const sentences: { start: number; end: number }[] = [];
  let open = false;
  for (const { segment: whole, index: from } of segmenter.segment(text)) {
    const before = sentences.at(-1);
    const mark =
      before && before.end === from ? (NOTE_MARK.exec(whole.slice(0, LONGEST_MARK_CHARS))?.[0].length ?? 0) : 0;
    if (before && mark > 0) before.end += mark;
    const [segment, index] = [whole.slice(mark), from + mark];
    const trimmed = segment.trim();
    if (trimmed) {
      const start = index + segment.indexOf(trimmed);
      const end = start + trimmed.length;
      const last = sentences.at(-1);
      if (open && last) last.end = end;
      else sentences.push({ start, end });
      open = ABBREVIATION.test(trimmed.slice(-LONGEST_ABBREVIATION_CHARS));
    }
    if (segment.endsWith("\n")) open = false;
  }
  return sentences;
};
