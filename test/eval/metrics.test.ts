import { expect, test } from "vitest";
import { compare } from "../../eval/compare.ts";
import { containsAnswer, evidenceRecall, firstHit, ndcg, statementsOf, supports } from "../../eval/metrics.ts";
import { parseCsv } from "../../eval/sets/csv.ts";
import { labelPages } from "../../eval/sets/sec-10-q.ts";

const hit = (file: string, pageFrom: number, pageTo = pageFrom) => ({ file, pageFrom, pageTo, spans: [] });
const gold = { file: "a.pdf", pages: [3, 7], evidence: [] };

test("a page is hit by the first passage of its document that goes over it", () => {
  expect(firstHit([hit("b.pdf", 3), hit("a.pdf", 4), hit("a.pdf", 2, 3)], gold)).toBe(3);
  expect(firstHit([hit("b.pdf", 3)], gold)).toBeUndefined();
});

test("each page gains once, and most at the top", () => {
  expect(ndcg([hit("a.pdf", 3), hit("a.pdf", 7)], gold, 10)).toBe(1);
  const late = ndcg([hit("a.pdf", 1), hit("a.pdf", 3), hit("a.pdf", 3)], gold, 10);
  expect(late).toBeCloseTo(1 / Math.log2(3) / (1 + 1 / Math.log2(3)));
});

test("evidence is held as far as the passages' spans cover it, once", () => {
  const evidence = [{ page: 2, start: 10, end: 20 }];
  const found = { ...hit("a.pdf", 2), spans: [{ page: 2, start: 15, end: 30 }] };
  expect(evidenceRecall([found, found, { ...found, file: "b.pdf" }], { ...gold, evidence })).toBe(0.5);
});

test.for([
  ["It weighs 1,840 Metres.", "1,840 metres", true],
  ["هر عضو پنج كتاب مي‌برد", "پنج کتاب", true],
  ["آقای بهرام نیک‌پی سرپرست است", "بهرام نیک پی", true],
  ["成立于1958年。", "1958年", true],
  ["It weighs 18400.", "1840", false],
] as const)("an answer holds the words of the gold answer: %s", ([text, answer, held]) => {
  expect(containsAnswer(text, [answer])).toBe(held);
});

test("an answer's sentences come with the sources that each of them cites", () => {
  const answer = "The mill is old. [1] It grinds corn [2][3]. 12 tonnes of it [1, 2] Who knows?\n\n(Offline answer.)";
  expect(statementsOf(answer)).toEqual([
    { text: "The mill is old.", cites: [1] },
    { text: "It grinds corn.", cites: [2, 3] },
    { text: "12 tonnes of it", cites: [1, 2] },
    { text: "Who knows?", cites: [] },
  ]);
});

test("a quote supports what shares half of its words", () => {
  expect(supports("The mill has ground corn since 1742.", "The mill grinds corn.")).toBe(true);
  expect(supports("Herons nest here.", "The mill grinds corn.")).toBe(false);
});

test("a figure below its tolerance, or gone, fails the gate; times never do", () => {
  const before = { own: { hit6: 0.95, first: 0.7, searchP95Ms: 10 } };
  const differences = compare(before, { own: { hit6: 0.93, first: 0.69, searchP95Ms: 900 } });
  expect(differences.map(({ column, fails }) => [column, fails])).toEqual([
    ["hit6", true],
    ["first", false],
  ]);
  expect(compare(before, { own: { first: 0.7 } })).toMatchObject([{ column: "hit6", fails: true }]);
});

test("a CSV's cells may hold commas, quotes and lines", () => {
  expect(parseCsv('\ufeffa,b\r\n"1, ""2""\n3",4\n')).toEqual([{ a: '1, "2"\n3', b: "4" }]);
});

test("the pages that hold most of an answer's figures are its pages", () => {
  const pages = ["In 2023 net sales were 117,154.", "Sales 117,154 and costs 66,822.", "Nothing."];
  expect(labelPages("Sales of $117,154 million, costs of $66,822 million in 2023.", pages)).toEqual([2]);
  expect(labelPages("In 2023 it grew.", pages)).toEqual([]);
});
