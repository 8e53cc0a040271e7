import { expect, test } from "vitest";
import { sentencesIn } from "../../server/text/sentences.ts";

const split = (text: string) => sentencesIn(text).map(({ start, end }) => text.slice(start, end));

test("a note's mark belongs to the sentence before it", () => {
  expect(split("It is due on the visit.¹ All amounts are in euros.²,³ They hold for a year.")).toEqual([
    "It is due on the visit.¹",
    "All amounts are in euros.²,³",
    "They hold for a year.",
  ]);
});

test("a sentence may begin with a raised number", () => {
  expect(split("It was measured. ¹³C was found.")).toEqual(["It was measured.", "¹³C was found."]);
});
