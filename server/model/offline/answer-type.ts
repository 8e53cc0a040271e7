import { wordsOf } from "../../text/words.ts";

/** What kind of thing a question asks for, as far as its question words tell. */
export type AnswerType = "number" | "date" | "name";

/** English, Persian, Arabic, German, Chinese; the order matters: "how many years" asks for a number. */
const QUESTIONS: [AnswerType, RegExp][] = [
  [
    "number",
    /\bhow (?:many|much|old|long|far|often|large|big|high|tall|fast)\b|\bwhat (?:percent|percentage|number|amount)|\b(?:total|amount) of\b|\bwie ?viele?\b|چند|چقدر|چه تعداد|چه میزان|درصد|مبلغ|كم |کم |多少|几个|幾個/iu,
  ],
  [
    "date",
    /\bwhen\b|\b(?:what|which|in what|on what) (?:year|date|day|month|century)\b|\bwann\b|چه زمان|چه سال|چه تاریخ|تاریخ|(?:^|\s)کی(?:\s|؟|$)|متى|متی|什么时候|何时|哪一?年|哪天/iu,
  ],
  ["name", /\bwho\b|\bwhom\b|\bwhose\b|\bwhere\b|\bwhich (?:person|city|country|company)\b|\bwer\b|\bwo\b/iu],
];

const DIGIT = /\p{Nd}/u;
const NUMBER_WORD =
  /\p{Nd}|\b(?:one|two|three|four|five|six|seven|eight|nine|ten|eleven|twelve|(?:thir|four|fif|six|seven|eigh|nine)teen|(?:twen|thir|for|fif|six|seven|eigh|nine)ty|dozen|hundred|thousand|million|billion|half|third|quarter|ein|zwei|drei|vier)\b|[一二三四五六七八九十百千万亿]|(?:^|\s)(?:یک|دو|سه|چهار|پنج|شش|هفت|هشت|نه|ده|صد|هزار|میلیون|میلیارد)(?:\s|$)/iu;
const DATE_WORD =
  /\b(?:1\d{3}|20\d{2})\b|[۱۲٠-٩۰-۹]{4}|\b(?:january|february|march|april|may|june|july|august|september|october|november|december|century|januar|februar|märz|mai|juni|juli|oktober|dezember)\b|فروردین|اردیبهشت|خرداد|تیر|مرداد|شهریور|مهر|آبان|آذر|دی|بهمن|اسفند|سال|年|月/iu;
const NAME = /(?<=\p{L}[,;:]?\s["“(]?)\p{Lu}[\p{L}.'’-]+/gu;

export const answerTypeOf = (question: string): AnswerType | undefined =>
  QUESTIONS.find(([, pattern]) => pattern.test(question))?.[0];

/** Whether a sentence holds something of the type that the question itself does not name. */
export const holdsType = (type: AnswerType, sentence: string, questionWords: ReadonlySet<string>): boolean => {
  if (type === "number") return NUMBER_WORD.test(sentence);
  if (type === "date") return DATE_WORD.test(sentence) && (DIGIT.test(sentence) || /\p{Lu}|\P{ASCII}/u.test(sentence));
  return (sentence.match(NAME) ?? []).some((name) => wordsOf(name).some((word) => !questionWords.has(word)));
};
