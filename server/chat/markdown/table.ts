import type { State } from "./state.ts";

const DELIMITER_CHAR = /[ \t>|:-]/;

/**
 * Follows where a table may be. A pipe ends a cell in code too, and with it the code: a line whose code has such a pipe
 * is kept from becoming a header row, which the row below it would make it.
 */
export const createTableReader = (state: State) => {
  let pipeAbove = false;
  let seen = "";
  return {
    /** The line's text, which is no delimiter row where the line above must not become a header row. */
    guard: (text: string): string => (pipeAbove && /^[|:-]/.test(text) ? `\\${text}` : text),
    follow: (char: string): void => {
      const kind = DELIMITER_CHAR.test(char) ? char : "x";
      if (!seen.includes(kind)) seen += kind;
    },
    endLine: (): void => {
      pipeAbove = state.pipeInCode;
      state.pipeInCode = false;
      state.inTable ||= seen.includes("-") && /[|:]/.test(seen) && !seen.includes("x");
      seen = "";
    },
    end: (): void => {
      state.inTable = pipeAbove = false;
    },
  };
};
