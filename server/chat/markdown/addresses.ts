import type { State } from "./state.ts";
import type { createTextWriter, Token } from "./text.ts";

const STARTS = ["http://", "https://", "ftp://", "www."];
const ADDRESS_CHAR = /^[^\s<>"'`|\\[\]{}]$/u;
/** An address can start anywhere but in a word, and not where its code span could not: see `spans.ts`. */
const BEFORE_ADDRESS = /[^A-Za-z0-9`~\\]/;
/** Punctuation after an address belongs to the sentence. */
const TRAILING = /[.,;:!?)*_~]+$/;
/** A longer address is not looked up in the sources: so much text waits at most. */
const MAX_ADDRESS_CHARS = 300;

/** Writes an address that stands verbatim in a source as code; passes on everything else, addresses included. */
export const createAddressWriter = (
  state: State,
  text: ReturnType<typeof createTextWriter>,
  sources: readonly string[],
) => {
  let held: Token[] = [];
  let begun = "";

  const settle = (): void => {
    const tokens = held;
    held = [];
    const [trailing = ""] = TRAILING.exec(begun) ?? [];
    const address = begun.slice(0, begun.length - trailing.length);
    const quoted = STARTS.some((start) => address.toLowerCase().startsWith(start) && address.length > start.length);
    begun = "";
    if (!quoted || !sources.some((source) => source.includes(address))) return tokens.forEach(text.write);
    text.code(`\`${address}\``);
    Array.from(trailing).forEach(text.write);
  };
  const continues = (token: Token): boolean => {
    if (begun === "") return BEFORE_ADDRESS.test(state.last) && /^[hfw]$/i.test(token);
    if (begun.length >= MAX_ADDRESS_CHARS || !ADDRESS_CHAR.test(token)) return false;
    const longest = Math.max(...STARTS.map((start) => start.length));
    if (begun.length >= longest) return true;
    const more = (begun + token).toLowerCase();
    return STARTS.some((start) => start.startsWith(more) || more.startsWith(start));
  };
  return {
    write: (token: Token): void => {
      if (!continues(token)) {
        if (begun) settle();
        if (!continues(token)) return text.write(token);
      }
      held.push(token);
      begun += token;
    },
    settle: (): void => {
      if (begun) settle();
    },
    /** How many UTF-16 units wait for more input. */
    held: (): number => begun.length + text.held(),
  };
};
