/** Terminal controls, bidi overrides and isolates, tag characters and unpaired surrogates. */
const UNSAFE =
  // oxlint-disable-next-line no-control-regex -- the controls are what is replaced
  /[\0-\x08\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069\u{e0000}-\u{e007f}\p{Surrogate}]/gu;
/** Renderers and terminals disagree about which of these end a line. */
const LINE_END = /\r\n?|[\u2028\u2029]/g;
/** At the start of a document some renderers skip it, so that a line would start elsewhere for them. */
const BYTE_ORDER_MARK = /\ufeff/g;
const REPLACEMENT = "\ufffd";

/** Passes on a text's characters one by one: `\n` is the only line ending, and unsafe characters are replaced. */
export const createCharacterReader = (next: (char: string) => void) => {
  let half = "";
  let afterReturn = false;
  return {
    push: (delta: string): void => {
      let text = half + delta;
      if (text === "") return;
      half = /[\ud800-\udbff]$/.test(text) ? text.slice(-1) : "";
      if (half) text = text.slice(0, -1);
      if (afterReturn && text.startsWith("\n")) text = text.slice(1);
      afterReturn = text.endsWith("\r");
      text = text.replace(LINE_END, "\n").replace(UNSAFE, REPLACEMENT).replace(BYTE_ORDER_MARK, "");
      for (const char of text) next(char);
    },
    end: (): void => {
      if (half) next(REPLACEMENT);
      half = "";
    },
    /** How many UTF-16 units wait for more input. */
    held: (): number => half.length,
  };
};
