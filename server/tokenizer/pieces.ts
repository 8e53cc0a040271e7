/**
 * The pattern of o200k_base, as tiktoken has it: no token crosses the pieces. JavaScript's `\s` is another class
 * (U+FEFF, not U+0085), and Rust ignores case by Unicode: `ſ` is an s.
 */
const SPACE = String.raw`\p{White_Space}`;
const UPPER = String.raw`\p{Lu}\p{Lt}\p{Lm}\p{Lo}\p{M}`;
const LOWER = String.raw`\p{Ll}\p{Lm}\p{Lo}\p{M}`;
const PREFIX = String.raw`[^\r\n\p{L}\p{N}]?`;
const CONTRACTION = "(?:'(?:[sSſtTmMdD]|[rR][eE]|[vV][eE]|[lL][lL]))?";
const PATTERN = new RegExp(
  [
    `${PREFIX}[${UPPER}]*[${LOWER}]+${CONTRACTION}`,
    `${PREFIX}[${UPPER}]+[${LOWER}]*${CONTRACTION}`,
    String.raw`\p{N}{1,3}`,
    String.raw` ?[^${SPACE}\p{L}\p{N}]+[\r\n/]*`,
    String.raw`${SPACE}*[\r\n]+`,
    `${SPACE}+(?![^${SPACE}])`,
    `${SPACE}+`,
  ].join("|"),
  "gu",
);

/** So many UTF-16 units are at most three times as many bytes. V8 overflows its stack at runs of ten million. */
const WINDOW_CHARS = 1 << 12;

/** Two units between which a piece always ends: before a space, and after a letter where no letter or contraction follows. */
const END_OF_PIECE = /^(?:[^\p{White_Space}] |\p{L}[^\p{L}\p{M}\p{Cs}'])$/u;

/** Where the window from `from` on ends: at the last end of a piece, or after a whole character. */
const windowEnd = (text: string, from: number): number => {
  const end = from + WINDOW_CHARS;
  if (end >= text.length) return text.length;
  for (let at = end; at > from; at--) if (END_OF_PIECE.test(text.slice(at - 1, at + 1))) return at;
  return (text.codePointAt(end - 1) ?? 0) > 0xffff ? end + 1 : end;
};

/** The pieces of `text`, in order. They are the pattern's own where 4,096 UTF-16 units have a space or a word's end. */
export function* piecesOf(text: string): Generator<string> {
  for (let from = 0, to = 0; from < text.length; from = to) {
    to = windowEnd(text, from);
    yield* text.slice(from, to).match(PATTERN) ?? [];
  }
}
