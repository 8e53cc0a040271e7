/** ICU's rules for sentences hold for every script; the language changes little. */
const segmenter = new Intl.Segmenter("en", { granularity: "sentence" });

/** Words whose full stop ends no sentence; a single capital is an initial. */
const ABBREVIATION =
  /(?:^|[\s(["'“])(?:\p{Lu}|e\.g|i\.e|cf|ca|vs|al|est|etc|approx|Dr|Mr|Mrs|Ms|Prof|Gen|Col|Lt|Capt|Rev|Hon|Rep|Sen|Gov|St|Jr|Sr|Inc|Ltd|Co|Corp|Figs?|Eqs?|Tab|Sec|Ch|Vol|[Ee]ds?|Nos?|Nr|Art|pp?|U\.S|U\.K|bzw|z\.B|d\.h|Jan|Feb|Mar|Apr|Jun|Jul|Aug|Sept?|Oct|Nov|Dec)\.\s*$/u;
const LONGEST_ABBREVIATION_CHARS = 12;

/**
 * Where the sentences of a text start and end, in UTF-16 units, without the space between them. A newline ends a
 * sentence: join soft wraps by a space first.
 */
export const sentencesIn = (text: string): { start: number; end: number }[] => {
  const sentences: { start: number; end: number }[] = [];
  let open = false;
  for (const { segment, index } of segmenter.segment(text)) {
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
