const OPEN = /^\s*<(think|thinking|reasoning)>/i;
/** The longest of the tags, with the space that may stand before it. */
const MAX_TAG_CHARS = 64;
const MAY_OPEN =
  /^\s*(?:<(?:t(?:h(?:i(?:n(?:k(?:i(?:n(?:g)?)?)?)?)?)?)?|r(?:e(?:a(?:s(?:o(?:n(?:i(?:n(?:g)?)?)?)?)?)?)?)?)?)?$/i;

/** A piece of what a model writes, parted into its answer and what it thinks aloud before that. */
export type Parted = { answer: string; thought: string };

/**
 * Parts `<think>…</think>` at the beginning of an answer from the answer, however the stream cuts it. Tags that come later
 * are text.
 */
export const createReasoningReader = () => {
  let held = "";
  let closing: string | undefined;
  let settled = false;

  const inside = (): Parted => {
    const tag = closing ?? "";
    const at = held.toLowerCase().indexOf(tag);
    if (at < 0) {
      // What may be the beginning of the closing tag stays.
      const keep = Math.min(held.length, tag.length - 1);
      const thought = held.slice(0, held.length - keep);
      held = held.slice(held.length - keep);
      return { answer: "", thought };
    }
    settled = true;
    const thought = held.slice(0, at);
    const answer = held.slice(at + tag.length).trimStart();
    held = "";
    return { answer, thought };
  };

  /** The space after the closing tag goes with it. */
  let spaced = false;
  const push = (text: string): Parted => {
    if (settled) {
      const answer = spaced ? text : text.trimStart();
      spaced ||= answer !== "";
      return { answer, thought: "" };
    }
    held += text;
    const opened = closing === undefined ? OPEN.exec(held) : null;
    if (opened) {
      closing = `</${opened[1]?.toLowerCase()}>`;
      held = held.slice(opened[0].length);
    }
    if (closing !== undefined) {
      const parted = inside();
      spaced = parted.answer !== "";
      return parted;
    }
    if (held.length <= MAX_TAG_CHARS && MAY_OPEN.test(held)) return { answer: "", thought: "" };
    [settled, spaced] = [true, true];
    const answer = held;
    held = "";
    return { answer, thought: "" };
  };
  return {
    push,
    /** What was held back, once nothing more comes: reasoning that was never closed is no answer. */
    end: (): Parted => {
      const rest = held;
      held = "";
      return closing !== undefined && !settled ? { answer: "", thought: rest } : { answer: rest, thought: "" };
    },
  };
};

/** The answer alone, of a text that has come whole. */
export const withoutReasoning = (text: string): string => {
  const reader = createReasoningReader();
  const { answer } = reader.push(text);
  return answer + reader.end().answer;
};
