import { expect, test } from "vitest";
import { languageOf } from "../../server/text/language.ts";
import { indexWords, stem } from "../../server/text/stem.ts";
import { wordsOf } from "../../server/text/words.ts";

test.for([
  ["english", "connections", "connected"],
  ["german", "Häuser", "Hauses"],
  ["german", "gegründet", "gründete"],
  ["french", "nationaux", "national"],
  ["french", "grandes", "grand"],
  ["spanish", "bibliotecas", "biblioteca"],
  ["spanish", "luces", "luz"],
  ["persian", "کتاب‌هایشان", "کتاب"],
  ["persian", "بزرگترین", "بزرگ"],
  ["arabic", "والسفينة", "سفينة"],
  ["arabic", "المكتبات", "مكتبة"],
] as const)("%s: %s and %s are one word", ([language, one, other]) => {
  const root = (text: string) => stem(wordsOf(text)[0] ?? "", language);
  expect(root(one)).toBe(root(other));
});

test.for([
  ["english", "The keeper of the lighthouse is called Marta."],
  ["german", "Die Bergwacht wurde im Jahr 1924 gegründet und zählt viele Mitglieder."],
  ["french", "Le musée est ouvert tous les jours, sauf le mardi."],
  ["spanish", "El museo abre todos los días, pero no los martes."],
  ["persian", "کتابخانه را خانم مهین دادگر بنیاد نهاد."],
  ["persian", "كتابخانه اين شهر را چه كسي ساخت"],
  ["arabic", "افتتح متحف السفن في مخزن قديم للملح."],
  ["english", "Super Bowl 50"],
  ["english", "12 34 黑豹队"],
] as const)("a text's words tell its language: %s", ([language, text]) => {
  expect(languageOf(wordsOf(text))).toBe(language);
});

test("a language that the database does not know is indexed with its stems beside its words", () => {
  expect(indexWords(wordsOf("Die Häuser sind nicht alt")).split(" ")).toEqual(
    expect.arrayContaining(["hauser", "hau", "alt", "die"]),
  );
  expect(indexWords(wordsOf("The houses of the keeper"))).toBe("the houses of the keeper");
});

test.for(["", "a", "ال", "و", "ge", "sch", "aux", "ß", "ии", "字", "\u0640"])(
  "nothing is too short to be stemmed: %j",
  (text) => {
    for (const language of ["english", "german", "french", "spanish", "persian", "arabic"] as const)
      expect(typeof stem(text, language)).toBe("string");
  },
);
