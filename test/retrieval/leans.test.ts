import { expect, test } from "vitest";
import { leans } from "../../server/retrieval/leans.ts";

test.for([
  "Where was it?",
  "And who keeps it?",
  "And oats?",
  "What about ice?",
  "Why?",
  "How many paddles does it carry?",
  "Does it cover water?",
  "Und wie viel wiegt er?",
  "Was gilt, wenn das ausfällt?",
  "Wie lange arbeiten sie?",
  "Et combien coûte-t-elle ?",
  "¿Y cuánto cuesta?",
  "و به مدت چند هفته؟",
  "این ساختمان پیش‌تر چه بود؟",
  "مدیر آنجا کیست؟",
  "وكم رسومها؟",
  "ومتى غرقت هي؟",
  "它要晾多久？",
  "那时间呢？",
])("leans on what was asked before: %s", (question) => {
  expect(leans(question)).toBe(true);
});

test.for([
  "What does a rowing boat cost for an hour at the pier?",
  "What is tungsten?",
  "Who founded the works that make the recorder?",
  "How old was Manning when he played Super Bowl 50?",
  "Who did the Broncos beat to win their division in 2015?",
  "Wo steht das Boot der Bergwacht?",
  "Wie viele Teams hatte Los Angeles früher?",
  "Wie viele Hunde gibt es im Depot?",
  "من هي مديرة المتحف؟",
  "كم سعر تذكرة الدخول إلى المتحف؟",
  "کتابخانه چند نسخهٔ خطی دارد؟",
  "谁保管冷库的钥匙？",
  "绿茶杀青的锅温是多少度？",
])("stands by itself: %s", (question) => {
  expect(leans(question)).toBe(false);
});
