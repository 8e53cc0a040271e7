import type { createAddressWriter } from "./addresses.ts";
import type { State } from "./state.ts";
import type { createTextWriter } from "./text.ts";

const PUNCTUATION = /[!-/:-@[-`{-~]/;
/** A longer code span is written as text: so much text waits at most. */
const MAX_SPAN_CHARS = 256;
const ESCAPED_PIPE = /(?<!\\)\\\|/g;
/** Some renderers look for the end of a link, and all for the end of a label, before they look for code. */
const LINK_END = /\][(:]/;

/**
 * Finds the code spans of a line. One that no renderer can take for something else is written as it stands; backticks
 * that do not close on their line, or that may not be code everywhere, are escaped.
 */
export const createSpanReader = (
  state: State,
  text: ReturnType<typeof createTextWriter>,
  addresses: ReturnType<typeof createAddressWriter>,
) => {
  let backslash = false;
  /** The span so far; the length of its opening run, once that has ended, and of the run that it ends with. */
  let span = "";
  let opening = 0;
  let run = 0;

  const endSpan = (closed: boolean): void => {
    const [held, length] = [span, opening || run];
    span = "";
    opening = run = 0;
    if (closed && isSafe(state, held.slice(length, -length))) {
      addresses.settle();
      return text.code(held);
    }
    for (let tick = 0; tick < length; tick++) addresses.write("\\`");
    for (const char of held.slice(length)) feed(char);
  };
  const feedSpan = (char: string): void => {
    if (char === "`") run += 1;
    else if (opening && run === opening) {
      endSpan(true);
      return feed(char);
    } else {
      opening ||= run;
      run = 0;
    }
    span += char;
    if (span.length > MAX_SPAN_CHARS) endSpan(false);
  };
  const feedText = (char: string): void => {
    if (backslash) {
      backslash = false;
      if (PUNCTUATION.test(char)) return addresses.write(`\\${char}`);
      addresses.write("\\");
    }
    if (char === "\\") backslash = true;
    else if (char === "`") {
      addresses.settle();
      // Two runs that touch would be one; marked before 18.1 reads a tilde and a backtick as one run, too.
      if (/[`~]/.test(state.last)) return addresses.write("\\`");
      span = char;
      run = 1;
    } else addresses.write(char);
  };
  const feed = (char: string): void => (span ? feedSpan(char) : feedText(char));
  return {
    feed,
    endLine: (): void => {
      for (let open = span; open; open = span) endSpan(opening > 0 && run === opening);
      if (backslash) addresses.write("\\");
      backslash = false;
      addresses.settle();
      text.endLine();
    },
    /** How many UTF-16 units wait for more input. */
    held: (): number => span.length + Number(backslash) + addresses.held(),
  };
};

const isSafe = (state: State, content: string): boolean => {
  const pipe = content.replace(ESCAPED_PIPE, "").includes("|");
  if ((pipe && state.inTable) || (state.openBrackets > 0 && LINK_END.test(content))) return false;
  // marked before 18.1 looks for the end of struck text in code, and for that of emphasis in code that has backticks.
  if ((state.hasTilde && content.includes("~")) || (content.includes("`") && /[*_]/.test(content))) return false;
  state.pipeInCode ||= pipe;
  return true;
};
