import type { Paragraph } from "./paragraphs.ts";
import type { Unit } from "./unit.ts";

const MAX_HEADER_ROWS = 3;
const MAX_CAPTION_CHARS = 200;
/** What a header has none of: amounts. A year is no amount. */
const AMOUNT = /\d[.,٫٬]\d|[$€£¥﷼%٪]|\(\d/u;

const textOf = ({ lines }: Paragraph) => lines.map(({ text }) => text).join(" ");

/** Follows the tables of a document: rows that stand apart from their header cannot be understood. */
export const createTables = () => {
  let caption: Unit[] = [];
  let lead: readonly Unit[] = [];
  /** How many rows of the present table went by, and whether its header goes on. */
  let rows = 0;
  let inHeader = false;
  return {
    /** Asked before a paragraph's units are made. */
    leadOf: (paragraph: Paragraph): readonly Unit[] => {
      if (!paragraph.row) return [];
      inHeader = rows === 0 || (inHeader && rows < MAX_HEADER_ROWS && !AMOUNT.test(textOf(paragraph)));
      return inHeader ? [] : lead;
    },
    /** Told the units that were made of it. */
    follow: (paragraph: Paragraph, units: Unit[]): void => {
      if (paragraph.row) {
        if (rows === 0) lead = caption;
        if (inHeader) lead = [...lead, ...units];
        rows++;
        return;
      }
      rows = 0;
      const [first] = units;
      const short = units.length === 1 && (first?.text.length ?? 0) <= MAX_CAPTION_CHARS;
      caption = short && first && !first.heading ? [first] : [];
    },
  };
};
