import type { Citation } from "@docuchat/client";

const words = (text: string) => new Set(text.toLowerCase().match(/[\p{L}\p{N}]+/gu));
const SENTENCE_END = /[.!?。！？؟।…]["'”’»)\]]*\s+/gu;

/**
 * Which of a source's quotes a marker stands for: a source that is cited twice has two, and the marker is told apart by
 * the sentence before it.
 */
export const chooseCitation = (quotes: readonly Citation[], before: string): Citation | undefined => {
  if (quotes.length < 2) return quotes[0];
  const text = before.trimEnd();
  const claim = words(text.slice([...text.matchAll(SENTENCE_END)].at(-1)?.index ?? 0));
  const shared = ({ quote }: Citation) => words(quote).intersection(claim).size;
  return quotes.reduce((best, citation) => (shared(citation) > shared(best) ? citation : best));
};
