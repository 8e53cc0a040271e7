import type { State } from "./state.ts";

/** A character, as it stands or with the backslash that escapes it. */
export type Token = string;

/** An address with its scheme is linked by `://`, one without by `www.`; all of them are three characters at most. */
const LINK_CHARS = 3;
/** What an extended autolink's local part may end with. */
const MAIL_CHAR = /[\w.+-]/;
/** What the local part of an autolink between angle brackets may end with besides. */
const ANGLE_MAIL_CHAR = /[!#$%&'*/=?^`{|}~]/;
/** What may follow `<` where a tag, a comment, an instruction or an autolink starts; or code that one could cover. */
const TAG_START = /[A-Za-z/!?`]/;
/** Before a definition's label only markers of containers and other labels can stand. */
const BEFORE_LABEL = /[\s>*+\-.)\d[\]xX!^#]/;
const REFERENCE_CHAR = /[A-Za-z\d#]/;
const MAX_REFERENCE_CHARS = 40;
const REFERENCE = /^&(?:#\d{1,7}|#x[\da-f]{1,6}|[a-z][a-z\d]*)$/i;
/** They stand for characters that can be part of no address. */
const HARMLESS_REFERENCE = /^&(?:lt|gt|amp|quot|apos|nbsp)$/;

/**
 * Writes the text between code spans. It escapes what would make a tag, a link, a definition or a fence, and puts one
 * character of each address in a code span: renderers that link addresses after they resolved escapes find none either.
 */
export const createTextWriter = (state: State) => {
  let angle = false;
  let linked = "";
  let reference = "";
  let tildes = 0;
  let afterBracket = false;
  let beforeLabel = true;
  let labelAtStart = false;
  /** The delimiter of the mathematics that the text stands in: there a space keeps marks apart, as LaTeX has no `\<`. */
  let maths = "";

  const apart = (char: string): string => (maths ? ` ${char}` : `\\${char}`);
  const endAngle = (next: string): void => {
    if (!angle) return;
    angle = false;
    const unsafe = TAG_START.test(next);
    state.emit(unsafe && !maths ? "\\<" : "<");
    if (unsafe && maths) state.emit(" ");
  };
  const addressBreak = (token: Token, char: string): string | undefined => {
    if (char === "/" && linked.endsWith(":/")) return "`/`";
    if (char === "." && linked.toLowerCase() === "www") return "`.`";
    if (char !== "@") return undefined;
    if (MAIL_CHAR.test(state.last)) return "`@`";
    return ANGLE_MAIL_CHAR.test(state.last) ? "\\@" : token;
  };
  const escaped = (char: string): Token => {
    if (char === "(" && afterBracket) return apart(char);
    if (char === ":" && afterBracket && labelAtStart) return "\\:";
    if (char === ";" && REFERENCE.test(reference) && !HARMLESS_REFERENCE.test(reference)) return "\\;";
    if (char === "~" && tildes === 2) return "\\~";
    return char;
  };
  const followMaths = (token: Token): void => {
    if (token === "$") {
      if (state.last !== "$") maths = maths ? "" : "$";
      else if (maths === "$") maths = "$$";
    }
    if (token === "\\(" || token === "\\[") maths = token;
    if (token === "\\)" || token === "\\]") maths = "";
  };
  const follow = (token: Token, char: string, out: string): void => {
    followMaths(token);
    tildes = token === "~" && out === "~" ? tildes + 1 : 0;
    if (token === "&") reference = "&";
    else if (reference) reference = REFERENCE_CHAR.test(token) ? (reference + token).slice(0, MAX_REFERENCE_CHARS) : "";
    if (token === "[") {
      state.openBrackets += 1;
      labelAtStart = beforeLabel;
    }
    state.hasTilde ||= token === "~";
    afterBracket = token === "]";
    if (afterBracket) state.openBrackets = Math.max(0, state.openBrackets - 1);
    beforeLabel &&= BEFORE_LABEL.test(token);
    const spanned = out.startsWith("`");
    linked = spanned ? "" : (linked + char).slice(-LINK_CHARS);
    state.last = spanned ? "`" : char;
  };
  const forget = (last: string): void => {
    state.last = last;
    linked = reference = "";
    tildes = 0;
    afterBracket = false;
  };
  return {
    write: (token: Token): void => {
      endAngle(token);
      const isEscape = token.length === 2 && token.startsWith("\\");
      const char = isEscape ? token.slice(1) : token;
      const out = addressBreak(token, char) ?? (isEscape ? token : escaped(char));
      follow(token, char, out);
      if (token === "<") angle = true;
      else state.emit(out);
    },
    code: (span: string): void => {
      endAngle("`");
      state.emit(span);
      forget("`");
      beforeLabel = false;
    },
    endLine: (): void => {
      endAngle("\n");
      forget("\n");
      beforeLabel = true;
      if (maths === "$") maths = "";
    },
    endParagraph: (): void => {
      state.openBrackets = 0;
      state.hasTilde = false;
      maths = "";
    },
    /** How many characters wait for more input. */
    held: (): number => Number(angle),
  };
};
