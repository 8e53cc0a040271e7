import { describe, expect, it } from "vitest";
import type { NewPage } from "../../db/index.ts";
import { boxesOf } from "../../server/retrieval/boxes.ts";
import { encodeWords } from "../../server/text/word-places.ts";

type Placed = [text: string, u0: number, u1: number];

/** A stored line at 100, 50 of words with their places in points; its letters are 10 points high. */
const lineOf = (
  words: Placed[],
  { start = 0, turn = 0, y = 50 } = {},
): { text: string; line: NewPage["lines"][number] } => {
  const glyphs = words.flatMap(([text, u0, u1], i) => [
    ...(i > 0 ? [{ text: " ", u0: 0, u1: 0 }] : []),
    { text, u0, u1 },
  ]);
  const text = glyphs.map((glyph) => glyph.text).join("");
  const [u0, u1] = [Math.min(...words.map(([, from]) => from)), Math.max(...words.map(([, , to]) => to))];
  const code = encodeWords({ text, glyphs, turn, u0, u1, top: 0, bottom: 9, fontTop: -2, fontBottom: 10 });
  const [width, height] = turn % 2 === 0 ? [u1 - u0, 9] : [9, u1 - u0];
  return { text, line: [start, start + text.length, 100, y, width, height, code] };
};

const quoteIn = (words: Placed[], quote: string, options = {}) => {
  const { text, line } = lineOf(words, options);
  const start = text.indexOf(quote);
  expect(start).toBeGreaterThanOrEqual(0);
  return boxesOf({ text, lines: [line] }, start, start + quote.length);
};

const ENGLISH: Placed[] = [
  ["Prices", 0, 30],
  ["fell", 33, 50],
  ["in", 53, 60],
  ["May.", 63, 90],
];

describe("the boxes of a quote", () => {
  it("cover its words, the spaces between them, and the height of their font", () => {
    expect(quoteIn(ENGLISH, "fell in")).toEqual([{ x: 133, y: 48, width: 27, height: 12 }]);
  });

  it("hold a part of a word by its share of the letters", () => {
    expect(quoteIn(ENGLISH, "ces fell")).toEqual([{ x: 115, y: 48, width: 35, height: 12 }]);
  });

  it("lie from the right in a line that is read from the right", () => {
    const words: Placed[] = [
      ["قیمت", 60, 90],
      ["نفت", 40, 57],
      ["رسید", 0, 37],
    ];
    expect(quoteIn(words, "قیمت نفت")).toEqual([{ x: 140, y: 48, width: 50, height: 12 }]);
    expect(quoteIn(words, "ید")).toEqual([{ x: 100, y: 48, width: 18.5, height: 12 }]);
  });

  it("are several where the words of a mixed line stand apart", () => {
    const words: Placed[] = [
      ["המחיר", 70, 90],
      ["Acme", 20, 40],
      ["Trading", 43, 67],
      ["ירד", 0, 17],
    ];
    expect(quoteIn(words, "המחיר Acme")).toEqual([
      { x: 120, y: 48, width: 20, height: 12 },
      { x: 170, y: 48, width: 20, height: 12 },
    ]);
    expect(quoteIn(words, "המחיר Acme Trading")).toEqual([{ x: 120, y: 48, width: 70, height: 12 }]);
  });

  it("are one for each cell of a table", () => {
    const cells: Placed[] = [
      ["Barley", 0, 30],
      ["12.5", 80, 100],
    ];
    expect(quoteIn(cells, "Barley 12.5")).toHaveLength(2);
  });

  it.each([
    [1, { x: 99, y: 83, width: 12, height: 27 }],
    [2, { x: 130, y: 49, width: 27, height: 12 }],
    [3, { x: 98, y: 80, width: 12, height: 27 }],
  ])("are turned with a line that is turned by %i quarters", (turn, box) => {
    expect(quoteIn(ENGLISH, "fell in", { turn })).toEqual([box]);
  });

  it("hold both halves of a word that a hyphen parted", () => {
    const upper = lineOf([
      ["the", 0, 20],
      ["rela-", 25, 50],
    ]);
    const lower = lineOf(
      [
        ["tionship", 0, 40],
        ["holds", 45, 70],
      ],
      { y: 64 },
    );
    const text = "the relationship\nholds";
    const lines: NewPage["lines"] = [
      [0, 16, ...(upper.line.slice(2) as [number, number, number, number, number[]])],
      [17, 22, ...(lower.line.slice(2) as [number, number, number, number, number[]])],
    ];
    expect(boxesOf({ text, lines }, 4, 16)).toEqual([
      { x: 125, y: 48, width: 25, height: 12 },
      { x: 100, y: 62, width: 40, height: 12 },
    ]);
    expect(boxesOf({ text, lines }, 4, 22).at(-1)).toEqual({ x: 100, y: 62, width: 70, height: 12 });
    expect(boxesOf({ text, lines }, 17, 22)).toEqual([{ x: 145, y: 62, width: 25, height: 12 }]);
    expect(boxesOf({ text, lines }, 0, 3)).toEqual([{ x: 100, y: 48, width: 20, height: 12 }]);
  });

  it("part a text without spaces at its signs", () => {
    const glyphs = Array.from("収穫。「漁師」は喜ぶ", (text, i) => ({ text, u0: i * 10, u1: i * 10 + 10 }));
    const text = glyphs.map((glyph) => glyph.text).join("");
    const code = encodeWords({ text, glyphs, turn: 1, u0: 0, u1: 100, top: 0, bottom: 9, fontTop: 0, fontBottom: 9 });
    const lines: NewPage["lines"] = [[0, 10, 100, 50, 9, 100, code]];
    expect(boxesOf({ text, lines }, 3, 7)).toEqual([{ x: 100, y: 80, width: 9, height: 40 }]);
  });

  it("are the share of a line's letters where the places of its words are not stored, of Persian the whole line", () => {
    expect(boxesOf({ text: "Prices fell", lines: [[0, 11, 100, 50, 110, 9]] }, 7, 11)).toEqual([
      { x: 170, y: 50, width: 40, height: 9 },
    ]);
    expect(boxesOf({ text: "قیمت نفت", lines: [[0, 8, 100, 50, 80, 9]] }, 0, 4)).toEqual([
      { x: 100, y: 50, width: 80, height: 9 },
    ]);
  });
});
