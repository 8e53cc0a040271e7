import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { type Model, NO_ANSWER } from "../../server/model/model.ts";
import { createOfflineModel } from "../../server/model/offline.ts";
import { collect } from "../ports/model.contract.ts";

const model = createOfflineModel();
const never = new AbortController().signal;

const ask = async (question: string, texts: string[], from: Model = model) => {
  const sources = texts.map((text, at) => ({ n: at + 1, fileName: "a.pdf", page: 1, text }));
  const request = { model: "offline-extractive", messages: [], question, sources, maxCompletionTokens: 400 };
  return (await collect(from.chat(request, never))).text;
};

const similarity = async (query: string, text: string): Promise<number> => {
  const { vectors } = await model.embed([query], "query");
  const { vectors: documents } = await model.embed([text], "document");
  return dot(vectors[0] ?? new Float32Array(), documents[0] ?? new Float32Array());
};

const dot = (a: Float32Array, b: Float32Array): number => {
  let sum = 0;
  for (let at = 0; at < a.length; at += 1) sum += (a[at] ?? 0) * (b[at] ?? 0);
  return sum;
};

test("the same text has the same vector in every process, to the last bit", async () => {
  const text = "Déjà vu: ۱۲ کتاب‌ها، 黑豹队 and the running of 7 horses";
  const { vectors } = await model.embed([text, "other words", text], "document");
  const { vectors: again } = await createOfflineModel().embed([text], "document");
  expect(again[0]).toEqual(vectors[0]);
  expect(vectors[2]).toEqual(vectors[0]);
  expect(vectors[1]).not.toEqual(vectors[0]);
});

test.for([
  ["accents and case", "CAFÉ", "the cafe by the sea"],
  ["English endings", "connection", "they are connected"],
  ["Arabic and Persian letters", "كتابي", "کتابی دربارهٔ دریا"],
  ["Persian and Latin digits", "۱۴۰۳", "در سال 1403"],
  ["Persian suffixes", "کتاب", "کتابخانه و کتابهایشان"],
  ["a non-joiner left out of the text", "دانش‌آموزان", "برای دانشآموزان"],
  ["a non-joiner left out of the question", "دانشآموزان", "برای دانش‌آموزان"],
  ["a space for a non-joiner", "دانش آموزان", "برای دانش‌آموزان"],
  ["full-width letters", "ＡＢＣ", "the abc of it"],
] as const)("a text is found in spite of %s", async ([, query, text]) => {
  expect(await similarity(query, text)).toBeGreaterThan((await similarity(query, "zebra tulip 55 خورشید")) + 0.1);
});

test("a rare word tells more than a common one", async () => {
  const query = "the people of Ouagadougou";
  expect(await similarity(query, "Ouagadougou")).toBeGreaterThan(await similarity(query, "the people of"));
});

test("a long batch lets the event loop turn", async () => {
  await model.embed(["warm"], "document");
  let turns = 0;
  const timer = setInterval(() => (turns += 1), 1);
  const words = Array.from({ length: 300 }, (_, at) => `word${at} of a passage about topic${at % 7}.`).join(" ");
  await model.embed(
    Array.from({ length: 100 }, (_, at) => `${at} ${words}`),
    "document",
  );
  clearInterval(timer);
  expect(turns).toBeGreaterThan(3);
});

test("an answer quotes the sentence that tells, verbatim, and says at its end what it is", async () => {
  const text = "Work begins at nine. Every employee has 26 days of paid leave a year. Lunch is free.";
  const answer = await ask("How many days of paid leave does an employee have?", ["Parking is free.", text]);
  expect(answer.startsWith("Every employee has 26 days of paid leave a year. [2]")).toBe(true);
  expect(answer).toMatch(/extractive/i);
});

test("a Persian question is answered from Persian text, and the answer names itself in Persian", async () => {
  const text = "ساعت کار از هشت صبح آغاز می‌شود. هر کارمند سالانه ۲۶ روز مرخصی استحقاقی دارد. ناهار رایگان است.";
  const answer = await ask("مرخصی سالانهٔ كاركنان چند روز است؟", [text]);
  expect(answer.startsWith("هر کارمند سالانه ۲۶ روز مرخصی استحقاقی دارد. [1]")).toBe(true);
  expect(answer).toContain("پاسخ استخراجی");
});

test("a Chinese question is answered from Chinese text", async () => {
  const answer = await ask("员工每年有多少天年假？", ["公司每周工作五天。员工每年享有十五天年假。午餐免费。"]);
  expect(answer.startsWith("员工每年享有十五天年假。 [1]")).toBe(true);
});

test("what kind of thing is asked for decides between sentences that share the same words", async () => {
  const text = "The old harbour bridge is painted grey. The old harbour bridge has carried trains since March 1932.";
  expect(await ask("When was the old harbour bridge finished?", [text])).toMatch(/^The old harbour bridge has carried/);
});

test("the sentence under a heading answers, and not the numbered heading", async () => {
  const text =
    "6 Descaling\nThe programme takes 25 minutes.\n7 Warranty and claims\nNorthlight covers it for thirty months.";
  expect(await ask("How long is the warranty?", [text])).toMatch(/^Northlight covers it for thirty months\. \[1\]/);
});

test("a value is found under the heading that the question names", async () => {
  const bill = (n: number) => `Invoice INV-204${n}\nPlease pay within a week.\nTotal due: $${n}10.40`;
  const answer = await ask("What is the total due on invoice INV-2043?", [[1, 2, 3, 4].map(bill).join("\n")]);
  expect(answer).toContain("Total due: $310.40 [1]");
  expect(answer.split("Total due")).toHaveLength(2);
});

test("a sentence does not end at an abbreviation", async () => {
  const text = "It rains. The bridge was designed by Dr. J. Bradfield of the U.S. office in No. 7. It is grey.";
  const answer = await ask("Who designed the bridge?", [text]);
  expect(answer.startsWith("The bridge was designed by Dr. J. Bradfield of the U.S. office in No. 7. [1]")).toBe(true);
});

test.for([
  ["What is the boiling point of tungsten?", ["Employees have 26 days of leave.", "Lunch is free."]],
  ["پایتخت مغولستان کجاست؟", ["هر کارمند سالانه ۲۶ روز مرخصی دارد."]],
  ["What is the boiling point of tungsten?", []],
] as const)("what the sources do not tell is not answered: %s", async ([question, texts]) => {
  const answer = await ask(question, [...texts]);
  expect(answer.startsWith(`${NO_ANSWER} `)).toBe(true);
  expect(answer.length).toBeGreaterThan(NO_ANSWER.length + 5);
});

test.for(["", "?!", "🙂", "a".repeat(100_000), "字".repeat(20_000), "\u0000\ud800 \u0301".repeat(1000)])(
  "no question and no text breaks it (case %$)",
  async (strange) => {
    expect((await model.embed([strange], "document")).vectors[0]?.every(Number.isFinite)).toBe(true);
    expect(await ask(strange, [strange, "A sentence."])).not.toBe("");
    expect(await ask("What is a sentence?", [strange])).not.toBe("");
  },
);

type Squad = {
  data: {
    paragraphs: {
      context: string;
      qas: { question: string; is_impossible?: boolean; answers: { text: string }[] }[];
    }[];
  }[];
};

const corpus = process.env["CORPUS_DIR"] ?? join(import.meta.dirname, "../../../shared/corpus");
const SETS = [
  { file: "squad2/dev-half.json", recallAt6: 0.91, firstSentence: 0.62 },
  { file: "xquad/xquad.en.json", recallAt6: 0.96, firstSentence: 0.68 },
  { file: "xquad/xquad.ar.json", recallAt6: 0.92, firstSentence: 0.55 },
  { file: "xquad/xquad.de.json", recallAt6: 0.92, firstSentence: 0.58 },
  { file: "xquad/xquad.zh.json", recallAt6: 0.94, firstSentence: 0.62 },
];
const SAMPLE = 120;

describe.skipIf(!existsSync(join(corpus, "squad2")))("on questions that people wrote (CORPUS_DIR)", () => {
  test.for(SETS)("$file: finds the passage among the first six, and quotes the answer first", async (set) => {
    const { data } = JSON.parse(readFileSync(join(corpus, set.file), "utf8")) as Squad;
    const paragraphs = data.flatMap((document) => document.paragraphs);
    const texts = paragraphs.map((paragraph) => paragraph.context);
    const { vectors } = await model.embed(texts, "document");
    const all = paragraphs.flatMap(({ qas }, at) => qas.filter((qa) => !qa.is_impossible).map((qa) => ({ ...qa, at })));
    const asked = all.filter((_, at) => at % Math.ceil(all.length / SAMPLE) === 0);
    const { vectors: queries } = await model.embed(
      asked.map(({ question }) => question),
      "query",
    );

    let found = 0;
    let told = 0;
    for (const [index, { question, answers, at }] of asked.entries()) {
      const query = queries[index] ?? new Float32Array();
      const scores = vectors.map((vector, place) => ({ place, score: dot(query, vector) }));
      const best = scores
        .sort((a, b) => b.score - a.score)
        .slice(0, 6)
        .map(({ place }) => place);
      if (best.includes(at)) found += 1;
      const first =
        (
          await ask(
            question,
            best.map((place) => texts[place] ?? ""),
          )
        ).split(/ \[\d\]/)[0] ?? "";
      if (answers.some(({ text }) => first.toLowerCase().includes(text.toLowerCase()))) told += 1;
    }
    expect.soft(found / asked.length, "recall@6").toBeGreaterThanOrEqual(set.recallAt6);
    expect.soft(told / asked.length, "gold in the first sentence").toBeGreaterThanOrEqual(set.firstSentence);
  });
});
