import { joinPages } from "../layout/hyphens.ts";
import { toText, type ReadPage } from "../layout/lines.ts";

const linesOf = ({ text, lines }: ReadPage) =>
  lines.map((line) => ({ ...line, text: text.slice(line.start, line.end) }));

/** Pages in order, with words whole that a page's end parts: they stand on the first of the two. */
export function* withWholeWords(pages: Iterable<ReadPage>): Generator<ReadPage> {
  let held: ReadPage | undefined;
  for (const page of pages) {
    const joined = held && joinPages(linesOf(held), linesOf(page));
    if (held) yield joined ? { ...held, ...toText(joined[0]) } : held;
    held = joined ? { ...page, ...toText(joined[1]) } : page;
  }
  if (held) yield held;
}
