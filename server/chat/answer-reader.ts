import { createCitationReader, type Claim } from "./citations.ts";
import { createSafeMarkdown } from "./markdown/safe-markdown.ts";
import { createRefusalReader } from "./refusal.ts";

/**
 * Reads what a model writes: whether it refuses, what it cites, and the text that may be shown. The text is made safe
 * last, so that nothing that is taken out before can join a tag or an address.
 * @param sources the texts that the answer may cite, in the order of their numbers
 */
export const createAnswerReader = (sources: readonly string[]) => {
  const refusal = createRefusalReader();
  const citations = createCitationReader(sources.length);
  const markdown = createSafeMarkdown(sources);
  let pushed = 0;
  /** Claims with the place of their markers, which may not be shown yet. */
  const waiting: { claim: Claim; after: number }[] = [];

  const show = (read: { text: string; claims: Claim[] }): { text: string; claims: Claim[] } => {
    pushed += read.text.length;
    waiting.push(...read.claims.map((claim) => ({ claim, after: pushed })));
    const text = markdown.push(read.text);
    const shown = pushed - markdown.held();
    const first = waiting.findIndex(({ after }) => after > shown);
    const ready = waiting.splice(0, first === -1 ? waiting.length : first);
    return { text, claims: ready.map(({ claim }) => claim) };
  };
  return {
    /** The text that may be shown now, and the claims whose markers have been shown with it. */
    push: (delta: string): { text: string; claims: Claim[] } => show(citations.push(refusal.push(delta))),
    end: (): { text: string; claims: Claim[] } => {
      const last = citations.push(refusal.end());
      const rest = citations.end();
      const shown = show({ text: last.text + rest.text, claims: [...last.claims, ...rest.claims] });
      const remaining = waiting.splice(0).map(({ claim }) => claim);
      return { text: shown.text + markdown.end(), claims: [...shown.claims, ...remaining] };
    },
    refused: refusal.refused,
  };
};
