import { expect, test } from "vitest";
import { queryWords } from "../../server/retrieval/query-words.ts";
import { indexWords } from "../../server/text/stem.ts";
import { wordsOf } from "../../server/text/words.ts";
import { SHAPES } from "../support/growth.ts";

const different = (text: string) => new Set(text.split(" ")).size;

test("full text looks for every word of a question", () => {
  const question = "When was the harbour bridge of Lisbon opened, and by whom was it built? ".repeat(20);
  expect(queryWords(question)).toBe(indexWords(wordsOf(question)));
});

test("of the longest query, full text looks for a bounded number of words", () => {
  for (const [shape, make] of Object.entries(SHAPES))
    expect.soft(different(queryWords(make(8_000))), shape).toBeLessThanOrEqual(400);
});

test("of a long query the words at its two ends are looked for, where its question stands", () => {
  const pasted = Array.from({ length: 1_000 }, (_, at) => `w${at}`).join(" ");
  const words = queryWords(`Summarise the contract: ${pasted} When was the harbour bridge opened?`).split(" ");
  const atTheEnds = ["summarise", "contract", "harbour", "bridge", "opened", "w0", "w999"];
  expect(words).toEqual(expect.arrayContaining(atTheEnds));
  expect(words).not.toContain("w500");
});
