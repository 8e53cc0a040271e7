import { createAddressWriter } from "./addresses.ts";
import { createCharacterReader } from "./characters.ts";
import { createLineReader } from "./lines.ts";
import { createSpanReader } from "./spans.ts";
import type { State } from "./state.ts";
import { createTextWriter } from "./text.ts";

/**
 * Turns a model's Markdown, as it streams, into Markdown that shows the same words and has no HTML, link, image, autolink
 * or definition for any CommonMark or GFM renderer: a document can tell the model to put what it has read into an address
 * (OWASP LLM01, LLM05). It reads one character at a time, so that the output does not depend on how the stream is cut.
 * @param sources texts whose addresses stay whole, as code
 */
export const createSafeMarkdown = (sources: readonly string[]) => {
  let out = "";
  const state: State = {
    emit: (text) => {
      out += text;
    },
    last: "\n",
    openBrackets: 0,
    hasTilde: false,
    inTable: false,
    pipeInCode: false,
  };
  const text = createTextWriter(state);
  const spans = createSpanReader(state, text, createAddressWriter(state, text, sources));
  const lines = createLineReader(state, spans, text);
  const characters = createCharacterReader(lines.feed);
  const take = (): string => {
    const taken = out;
    out = "";
    return taken;
  };
  return {
    /** The Markdown that may be shown now. */
    push: (delta: string): string => {
      characters.push(delta);
      return take();
    },
    end: (): string => {
      characters.end();
      lines.end();
      return take();
    },
    /** How many UTF-16 units of the input wait for more: about 300 at most. */
    held: (): number => characters.held() + lines.held(),
  };
};
