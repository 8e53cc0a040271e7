import { describe, expect, it } from "vitest";
import { agreementOf } from "../../eval/text/agreement.ts";
import { scoreSpans } from "../../eval/text/spans.ts";

describe("the agreement of two readings", () => {
  it("is whole where only line ends, hyphens and letter variants differ", () => {
    const { words, order } = agreementOf(["the rela-\ntionship كتاب"], ["The relationship\nکتاب"]);
    expect([words, order]).toEqual([1, 1]);
  });

  it("falls by the order where the words are the same", () => {
    const { words, order } = agreementOf(["one two three four"], ["three four one two"]);
    expect(words).toBe(1);
    expect(order).toBeCloseTo(2 / 3);
  });

  it("is none for a word on another page", () => {
    expect(agreementOf(["word", ""], ["", "word"]).words).toBe(0);
  });
});

describe("the score of retrieved spans", () => {
  it("counts what is covered, what is read beside it, and repetitions as often as they are read", () => {
    const relevant = [{ start: 0, end: 100 }];
    expect(scoreSpans(relevant, [{ start: 50, end: 150 }])).toEqual({ recall: 0.5, precision: 0.5, iou: 1 / 3 });
    const twice = [
      { start: 0, end: 100 },
      { start: 0, end: 100 },
    ];
    expect(scoreSpans(relevant, twice)).toEqual({ recall: 1, precision: 0.5, iou: 0.5 });
  });
});
