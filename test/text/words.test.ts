import { expect, test } from "vitest";
import { indexWords, stem } from "../../server/text/stem.ts";
import { wordsOf } from "../../server/text/words.ts";

test.for([
  ["کتاب‌ها", ["کتاب", "ها"]],
  ["نمی‌شوند، دانش‌آموز", ["نمی", "شوند", "دانشاموز", "دانش", "اموز"]],
  ["باقی‌مانده‌ها", ["باقیماندهها", "باقی", "مانده", "ها"]],
  ["漢字 و کتاب‌ها", ["漢", "字", "漢字", "و", "کتاب", "ها"]],
] as const)(
  "a word with non-joiners is its parts, and a whole where two of them tell something: %s",
  ([text, words]) => {
    expect(wordsOf(text)).toEqual(words);
  },
);

test.for(["\u200Cکتاب", "کتاب\u200C", "\u200Cکتاب\u200C\u200C"])(
  "a non-joiner that parts nothing is left out (case %$)",
  (text) => {
    expect(wordsOf(text)).toEqual(["کتاب"]);
  },
);

test("non-joiners alone are no word", () => {
  expect(wordsOf("\u200C é \u200C\u200C")).toEqual(["e"]);
});

test.for([
  ["as one", "دانشآموز کتابها"],
  ["with spaces", "دانش آموز کتاب ها"],
] as const)("words with non-joiners are indexed under those written %s", ([, text]) => {
  const indexed = (words: string) => indexWords(wordsOf(words)).split(" ");
  const wanted = wordsOf(text).map((word) => stem(word, "persian"));
  expect(indexed("دانش\u200Cآموز کتاب\u200Cها")).toEqual(expect.arrayContaining(wanted));
});
