/** How models mark what they think aloud. */
const TAGS = [
  { open: "<think>", close: /<\/think>/i },
  { open: "<thinking>", close: /<\/thinking>/i },
  { open: "<thought>", close: /<\/thought>/i },
  { open: "<reasoning>", close: /<\/reasoning>/i },
  { open: "[think]", close: /\[\/think\]/i },
];
/** One less than the longest closing tag has: so much may be the beginning of one. */
const PARTIAL_CHARS = "</reasoning>".length - 1;
/** More space before a tag is text. */
const MAX_SPACE_CHARS = 64;

/** A piece of what a model writes, split into its answer and what it thinks aloud before that. */
type Split = { answer: string; thought: string };

/** Splits reasoning at the beginning of an answer from the answer, however the stream cuts it. Later tags are text. */
export const createReasoningReader = () => {
  let held = "";
  let close: RegExp | undefined;
  let settled = false;
  /** The space after a closing tag goes with it. */
  let trims = false;

  const show = (text: string): string => {
    const shown = trims ? text.trimStart() : text;
    trims &&= shown === "";
    return shown;
  };
  /** Takes the reasoning that has come off `held`; true when it is closed. */
  const closeReasoning = (end: RegExp, thoughts: string[]): boolean => {
    const tag = end.exec(held);
    const at = tag?.index ?? Math.max(0, held.length - PARTIAL_CHARS);
    thoughts.push(held.slice(0, at));
    held = held.slice(at + (tag?.[0].length ?? 0));
    if (!tag) return false;
    close = undefined;
    trims = true;
    return true;
  };
  /** True when a tag that opens reasoning is taken off `held`. */
  const openReasoning = (): boolean => {
    const start = held.trimStart();
    const tag = TAGS.find(({ open }) => start.slice(0, open.length).toLowerCase() === open);
    if (!tag) return false;
    close = tag.close;
    held = start.slice(tag.open.length);
    return true;
  };
  const mayOpen = (): boolean => {
    const start = held.trimStart().toLowerCase();
    return held.length - start.length <= MAX_SPACE_CHARS && TAGS.some(({ open }) => open.startsWith(start));
  };

  const push = (text: string): Split => {
    if (settled) return { answer: show(text), thought: "" };
    held += text;
    const thoughts: string[] = [];
    while (close ? closeReasoning(close, thoughts) : openReasoning());
    const thought = thoughts.join("");
    if (close || mayOpen()) return { answer: "", thought };
    settled = true;
    return { answer: show(held), thought };
  };
  return {
    push,
    /** What was held back, once nothing more comes: reasoning that was never closed is no answer. */
    end: (): Split => {
      if (settled) return { answer: "", thought: "" };
      settled = true;
      return close ? { answer: "", thought: held } : { answer: show(held), thought: "" };
    },
  };
};

/** A closing tag without its opening one: some chat templates write that one into the prompt. */
const CLOSED = /^[^]*?(?:<\/(?:think|thinking|thought|reasoning)>|\[\/think\])\s*/i;

/** The answer alone, of a text that has come whole. */
export const withoutReasoning = (text: string): string => {
  const reader = createReasoningReader();
  const { answer } = reader.push(text);
  return (answer + reader.end().answer).replace(CLOSED, "");
};
