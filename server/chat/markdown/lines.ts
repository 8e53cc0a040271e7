import { openFence, withoutIndent, type Fence } from "./fence.ts";
import { closesFence, containersOf, contentOf, mayCloseFence, mayContinueQuote, mayOpenFence } from "./fence.ts";
import type { createSpanReader } from "./spans.ts";
import type { State } from "./state.ts";
import { createTableReader } from "./table.ts";
import type { createTextWriter } from "./text.ts";

/** A longer start of a line opens and closes nothing: so much text waits at most. */
const MAX_START_CHARS = 160;
const INDENTED_CODE = /^(?: {4}|\t)[ \t]*[^ \t]$/u;
const BLANK = /^[ \t]*$/;
const CONTAINER = /^[ \t]*(?:>|[-+*](?:[ \t]|$)|\d{1,9}[.)](?:[ \t]|$))/;

/**
 * Tells code blocks from text, line by line. A fence is always written at the start of a line, without the list or quote
 * that it stands in: there it opens and closes for every renderer at the same lines.
 */
export const createLineReader = (
  state: State,
  spans: ReturnType<typeof createSpanReader>,
  text: ReturnType<typeof createTextWriter>,
) => {
  const table = createTableReader(state);
  /** What has been read of a line that may be text or code. */
  let start = "";
  let line: "start" | "text" | "code" = "start";
  let fence: Fence | undefined;
  let afterBlank = true;
  let inIndentedCode = false;
  /** Whether an indented line may belong to a list or quote. */
  let inContainer = false;

  const endParagraph = (): void => {
    text.endParagraph();
    table.end();
  };
  const newLine = (isBlank: boolean): void => {
    state.emit("\n");
    start = "";
    line = "start";
    afterBlank = isBlank;
    if (isBlank) endParagraph();
  };
  const setFence = (next: Fence | undefined): void => {
    fence = next;
    inIndentedCode = inContainer = false;
    endParagraph();
  };
  const writeCode = (code: string): void => {
    line = "code";
    state.emit(code);
  };
  const feedText = (char: string): void => {
    table.follow(char);
    spans.feed(char);
  };
  const writeText = (): void => {
    line = "text";
    inIndentedCode = false;
    if (CONTAINER.test(start)) inContainer = true;
    else if (afterBlank && !/^[ \t]/.test(start)) inContainer = false;
    const containers = containersOf(start);
    const rest = start.slice(containers.length);
    for (const char of containers + table.guard(rest)) feedText(char);
  };
  /** Ends the code; what has been read of the line is read again as text. */
  const leaveFence = (open: Fence): void => {
    const read = start;
    state.emit(`${open.marks}\n`);
    setFence(undefined);
    start = "";
    for (const char of read) feed(char);
  };
  const readFenced = (open: Fence, whole: boolean): void => {
    const content = contentOf(open, start);
    if (content === undefined) return whole || !mayContinueQuote(start) ? leaveFence(open) : undefined;
    const tooLong = start.length > MAX_START_CHARS;
    if (!whole && !tooLong && mayCloseFence(content)) return undefined;
    if (!closesFence(open, content)) return writeCode(withoutIndent(open, content));
    if (tooLong) return leaveFence(open);
    writeCode(open.marks);
    return setFence(undefined);
  };
  const readText = (whole: boolean): void => {
    const tooLong = start.length > MAX_START_CHARS;
    if (!tooLong && (inIndentedCode || (afterBlank && !inContainer)) && INDENTED_CODE.test(start)) {
      inIndentedCode = true;
      return writeCode(start);
    }
    if (!whole && !tooLong && mayOpenFence(start)) return undefined;
    const opened = whole && !tooLong ? openFence(start) : undefined;
    if (!opened) return writeText();
    // After a blank line no paragraph of a list or quote goes on: some renderers read a fence as part of it.
    if (!afterBlank) state.emit("\n");
    writeCode(opened.fence.marks + opened.info);
    return setFence(opened.fence);
  };
  const readStart = (whole: boolean): void => (fence ? readFenced(fence, whole) : readText(whole));
  /** Decides about the line that ends; returns whether it is blank. */
  const decide = (): boolean => {
    if (line === "start" && fence) readFenced(fence, true);
    if (line !== "start") return false;
    if (BLANK.test(start)) return true;
    readText(true);
    return false;
  };
  const endText = (): void => {
    if (line !== "text") return;
    spans.endLine();
    table.endLine();
  };
  const feed = (char: string): void => {
    if (char === "\n") {
      const isBlank = decide();
      endText();
      return newLine(isBlank);
    }
    if (line === "text") return feedText(char);
    if (line === "code") return state.emit(char);
    start += char;
    return readStart(false);
  };
  return {
    feed,
    end: (): void => {
      decide();
      endText();
    },
    /** How many UTF-16 units wait for more input. */
    held: (): number => (line === "start" ? start.length : spans.held()),
  };
};
