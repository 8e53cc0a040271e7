/** A fence of code: its marks, how many quote markers its lines start with, and the columns that they are indented by. */
export type Fence = { marks: string; quotes: number; indent: number };

const CONTAINERS = String.raw`(?:[ \t>]|[-+*][ \t]|\d{1,9}[.)][ \t])*`;
/** The start of a line that may yet turn out to open a fence. */
const MAY_OPEN = new RegExp(`^${CONTAINERS}(?:[-+*]|\\d{1,9}[.)]?|\`{1,2}|\`{3,}[^\`]*|~{1,2}|~{3,}.*)?$`, "u");
/** Some renderers open no fence where its info string has a backtick, whatever its marks. */
const INFO = /^[^`<>&[\]\\]*$/;
const OPENS = new RegExp(`^(${CONTAINERS})(\`{3,}(?=[^\`]*$)|~{3,})(.*)$`, "u");
const CONTAINERS_AT_START = new RegExp(`^${CONTAINERS}`);
/** marked before 18.1 closes a fence whatever marks follow its own. */
const MAY_CLOSE = /^[ \t]*[`~]*[ \t]*$/;
const CLOSES = /^([ \t]*)([`~]+)[ \t]*$/;
const TAB_COLUMNS = 4;
/** From here on an indented line would be indented code. */
const CODE_COLUMNS = 4;

export const mayOpenFence = (line: string): boolean => MAY_OPEN.test(line);

/** The markers of lists and quotes, and the indentation, that a line starts with. */
export const containersOf = (line: string): string => CONTAINERS_AT_START.exec(line)?.[0] ?? "";

/** The fence that a whole line opens, and its info string unless that is no name of a language. */
export const openFence = (line: string): { fence: Fence; info: string } | undefined => {
  const [, containers = "", marks = "", info = ""] = OPENS.exec(line) ?? [];
  if (!marks) return undefined;
  const quotes = containers.split(">").length - 1;
  const inQuote = containers.slice(containers.lastIndexOf(">") + 1);
  return {
    fence: { marks, quotes, indent: columnsOf(quotes ? inQuote.replace(/^ /, "") : inQuote) },
    info: INFO.test(info) ? info : "",
  };
};

/** A line without the quote markers of the fence that it is in; undefined where it has not as many. */
export const contentOf = ({ quotes }: Fence, line: string): string | undefined => {
  let content = line;
  for (let quote = 0; quote < quotes; quote++) {
    const marker = /^[ \t]*> ?/.exec(content);
    if (!marker) return undefined;
    content = content.slice(marker[0].length);
  }
  return content;
};

/** Whether a line that lacks quote markers of its fence may yet have them. */
export const mayContinueQuote = (line: string): boolean => /^[ \t>]*$/.test(line);

/** Whether the start of a line may yet turn out to close the fence. */
export const mayCloseFence = (content: string): boolean => MAY_CLOSE.test(content);

export const closesFence = ({ marks, indent }: Fence, content: string): boolean => {
  const [, space = "", run = ""] = CLOSES.exec(content) ?? [];
  return run.startsWith(marks) && columnsOf(space) - indent < CODE_COLUMNS;
};

/** A line of code without the indentation of its fence. */
export const withoutIndent = ({ indent }: Fence, content: string): string => {
  const [space = ""] = /^[ \t]*/.exec(content) ?? [];
  if (indent === 0) return content;
  return " ".repeat(Math.max(0, columnsOf(space) - indent)) + content.slice(space.length);
};

const columnsOf = (space: string): number => {
  let columns = 0;
  for (const char of space) columns += char === "\t" ? TAB_COLUMNS - (columns % TAB_COLUMNS) : 1;
  return columns;
};
