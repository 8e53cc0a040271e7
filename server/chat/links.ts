import { stripMarkup } from "./markup.ts";

const ADDRESS = /(?:\b(?:[a-z][a-z0-9+.-]{1,15}:\/\/|www\.|data:|javascript:|mailto:)|\/\/[\w-]+\.)[^\s<>"'`\]]+/gi;
/** What runs, instead of leading somewhere, is taken out whoever wrote it. */
const ACTIVE = /^(?:javascript|data):/i;
/** In the last word, where an address may begin that has not ended yet. */
const BEGUN = /[a-z][a-z0-9+.-]{1,15}:|www\.|\/\/?/i;
const BEGINNINGS = ["https", "www.", "ftp", "data", "javascript", "mailto"];
const REMOVED = "(link removed)";
/** What goes on behind so much is no address any more. */
const MOST_HELD = 4_000;

/**
 * Takes links, images and HTML out of an answer as it streams, so that nothing that shows it fetches an address or
 * offers it to be clicked: a document can tell the model to put what it has read into one (OWASP LLM01, LLM05). Of a
 * link its words stay. A bare address stays where a source has the very same: such a one carries nothing away.
 */
export const createLinkReader = (sources: readonly string[]) => {
  let held = "";
  const isQuoted = (address: string) => !ACTIVE.test(address) && sources.some((text) => text.includes(address));
  const withoutAddresses = (text: string): string =>
    text.replaceAll(ADDRESS, (address) => {
      const [end = ""] = /[.,;:!?)]+$/.exec(address) ?? [];
      return isQuoted(address.slice(0, address.length - end.length)) ? address : `${REMOVED}${end}`;
    });
  return {
    /** The text that may be shown now. */
    push: (delta: string): string => {
      const { text, rest } = stripMarkup(held + delta);
      const begun = beginOfAddress(text);
      held = text.slice(begun) + rest;
      if (held.length <= MOST_HELD) return withoutAddresses(text.slice(0, begun));
      const all = text + rest;
      held = "";
      return withoutAddresses(all);
    },
    end: (): string => {
      const rest = held;
      held = "";
      return withoutAddresses(rest);
    },
  };
};

/** Where in the last word an address begins, or may; the text's end where none does. */
const beginOfAddress = (text: string): number => {
  const lastWord = Math.max(...[" ", "\n", "\t"].map((space) => text.lastIndexOf(space))) + 1;
  const word = text.slice(lastWord);
  const begun = BEGUN.exec(word)?.index;
  if (begun !== undefined) return lastWord + begun;
  const [letters = ""] = /[a-z]{1,10}$/i.exec(word) ?? [];
  const begins = letters !== "" && BEGINNINGS.some((beginning) => beginning.startsWith(letters.toLowerCase()));
  return begins ? text.length - letters.length : text.length;
};
