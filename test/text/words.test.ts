import { expect, test } from "vitest";
import { indexWords } from "../../server/text/stem.ts";
import { wordsOf } from "../../server/text/words.ts";

test.for([
  ["کتاب‌ها", ["کتابها", "کتاب", "ها"]],
  ["نمی‌شوند، دانش‌آموز", ["نمیشوند", "نمی", "شوند", "دانشاموز", "دانش", "اموز"]],
  ["باقی‌مانده‌ها", ["باقیماندهها", "باقی", "مانده", "ها"]],
  ["漢字 و کتاب‌ها", ["漢", "字", "漢字", "و", "کتابها", "کتاب", "ها"]],
] as const)("a word with non-joiners is a word as a whole and in its parts: %s", ([text, words]) => {
  expect(wordsOf(text)).toEqual(words);
});

test.for(["\u200Cکتاب", "کتاب\u200C", "\u200Cکتاب\u200C\u200C"])(
  "a non-joiner that parts nothing is left out (case %$)",
  (text) => {
    expect(wordsOf(text)).toEqual(["کتاب"]);
  },
);

test("non-joiners alone are no word", () => {
  expect(wordsOf("\u200C é \u200C\u200C")).toEqual(["e"]);
});

const written = {
  "as one": "میروند کتابها",
  "with non-joiners": "می\u200Cروند کتاب\u200Cها",
  "with spaces": "می روند کتاب ها",
};

test.for(["as one", "with spaces"] as const)("words with non-joiners share words with those written %s", (way) => {
  const indexed = (text: string) => new Set(indexWords(wordsOf(text)).split(" "));
  expect([...indexed(written["with non-joiners"])]).toEqual(expect.arrayContaining(wordsOf(written[way])));
});
