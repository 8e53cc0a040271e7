import { createReasoningReader } from "./reasoning.ts";

const CLOSE = /<\/(?:think|thinking|thought|reasoning)>|\[\/think\]/i;
const OPEN = /<(?:think|thinking|thought|reasoning)>|\[think\]/i;
const TAGS = ["think", "thinking", "thought", "reasoning"]
  .flatMap((name) => [`<${name}>`, `</${name}>`])
  .concat("[think]", "[/think]");
const MAX_TAG_CHARS = Math.max(...TAGS.map((tag) => tag.length));

/** `restart`: what was taken for the answer so far was reasoning. */
type Split = { answer: string; thought: string; restart?: true };

/** How many characters at a text's end may be the beginning of a tag. */
const partialTag = (text: string): number => {
  for (let size = Math.min(text.length, MAX_TAG_CHARS - 1); size > 0; size--) {
    const end = text.slice(-size).toLowerCase();
    if (TAGS.some((tag) => tag.startsWith(end))) return size;
  }
  return 0;
};

/**
 * Splits what a model writes into its answer and its reasoning, also where the chat template has written the opening tag into
 * the prompt: then the first closing tag ends the reasoning.
 * @param inside the model is known to begin like that: everything is held back until the tag, or the end
 */
export const createThoughtReader = (inside: boolean) => {
  const reasoning = createReasoningReader();
  const kept: string[] = [];
  let tail = "";
  let watching = true;
  /** The space after a closing tag goes with it. */
  let trims = false;

  const show = (text: string): string => {
    const shown = trims ? text.trimStart() : text;
    trims &&= shown === "";
    return shown;
  };
  const release = (): string => {
    const all = kept.splice(0).join("") + tail;
    [tail, watching] = ["", false];
    return all;
  };
  const watch = (text: string): Split => {
    tail += text;
    const tag = CLOSE.exec(tail);
    // An answer about tags names the opening one first.
    if (OPEN.test(tag ? tail.slice(0, tag.index) : tail)) return { answer: release(), thought: "" };
    if (tag) {
      const rest = tail.slice(tag.index + tag[0].length);
      tail = tail.slice(0, tag.index);
      const thought = release();
      trims = true;
      return { answer: show(rest), thought, ...(inside ? {} : { restart: true }) };
    }
    const body = tail.slice(0, tail.length - partialTag(tail));
    tail = tail.slice(body.length);
    if (!inside) return { answer: body, thought: "" };
    kept.push(body);
    return { answer: "", thought: "" };
  };
  const push = (text: string): Split => {
    const { answer, thought } = reasoning.push(text);
    const held = thought ? release() : "";
    if (!watching) return { answer: held + show(answer), thought };
    return watch(answer);
  };
  return {
    push,
    /** Characters that are held back. */
    held: (): number => kept.reduce((sum, { length }) => sum + length, tail.length),
    /** What was held back, once nothing more comes; `unclosed`: no tag has ended reasoning without an opening one. */
    end: (): Split & { unclosed: boolean } => {
      const { answer, thought } = reasoning.end();
      return { unclosed: watching, answer: release() + show(answer), thought };
    },
  };
};
