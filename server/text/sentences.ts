import { sentencesOf } from "../model/offline/sentences.ts";

/** Where the sentences of a text stand in it. */
export const sentenceSpans = (text: string): { start: number; end: number }[] => {
  const joined = text.replaceAll("\n", " ");
  let from = 0;
  return sentencesOf(joined).map((sentence) => {
    const start = joined.indexOf(sentence, from);
    from = start + sentence.length;
    return { start, end: from };
  });
};
