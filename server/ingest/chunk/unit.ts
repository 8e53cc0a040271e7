import type { Span } from "../document.ts";

/** What is packed: a sentence, a heading, a row of a table, or a piece of one that is longer than a chunk. */
export type Unit = {
  text: string;
  spans: Span[];
  /** With the space or newline before it, so that the units of a chunk add up to its tokens, or a few more. */
  tokens: number;
  /** Begins a paragraph, a heading or a row. */
  first: boolean;
  heading: boolean;
  section: string | null;
  /** What a row of a table is read by: the table's caption and header. Empty for these themselves. */
  lead: readonly Unit[];
};
