import { isBreak, type DocumentLine, type Usual } from "./paragraphs.ts";

/** Of the usual size: larger text is no note. */
const NOTE_SIZE = 0.92;
const NOTE_MARK = /^(?:(?:\d{1,3}|\p{Ll})[.)\]]?\s|[*∗†‡§¶#⁰¹²³⁴-⁹])/u;

/** The lines at the end of a column from the first note on. */
const notesOf = (column: DocumentLine[], { size }: Usual): DocumentLine[] => {
  let from = column.length;
  while (from > 0 && (column[from - 1]?.size ?? size) <= NOTE_SIZE * size) from--;
  const first = column.slice(from).findIndex(({ text }) => NOTE_MARK.test(text));
  return first < 0 ? [] : column.slice(from + first);
};

/**
 * Lines in the order in which they are read: notes at the foot of a page and what else stands aside come after the
 * paragraph that goes on beyond them.
 */
export const placeAsides = (lines: DocumentLine[], usual: Usual): DocumentLine[] => {
  const columns = Map.groupBy(lines, ({ page, region }) => `${page} ${region}`);
  const notes = new Set([...columns.values()].flatMap((column) => notesOf(column, usual)));
  const placed: DocumentLine[] = [];
  let waiting: DocumentLine[] = [];
  let above: DocumentLine | undefined;
  for (const line of lines) {
    if (line.aside || notes.has(line)) {
      waiting.push({ ...line, aside: true });
      continue;
    }
    if (waiting.length > 0 && (!above || isBreak(above, line, usual))) {
      placed.push(...waiting);
      waiting = [];
    }
    placed.push(line);
    above = line;
  }
  return [...placed, ...waiting];
};
