import { expect, test } from "vitest";
import type { SearchRow } from "../../db/index.ts";
import { newId } from "../../server/id.ts";
import { likenessTo } from "../../server/retrieval/likeness.ts";
import { rerank } from "../../server/retrieval/rerank.ts";

/** Candidates in the order in which a search found them. */
const candidates = (...texts: string[]): SearchRow[] =>
  texts.map((text, at) => ({
    chunk_id: newId(),
    file_id: newId(),
    ordinal: at,
    file_name: "report.pdf",
    section: null,
    text,
    tokens: text.length >> 2,
    page_from: 1,
    page_to: 1,
    spans: [{ page: 1, start: 0, end: text.length }],
    rank: 2 / (61 + at),
  }));

const FILLER = Array.from({ length: 40 }, (_, at) => `remark ${at}`).join(" ");
const rank = (query: string, rows: SearchRow[], limit = 6) => rerank(query, rows, limit);
const first = (query: string, rows: SearchRow[]) => rank(query, rows)[0]?.text;

test("a passage that says it in one sentence goes before one that has the words scattered", () => {
  const scattered = `The harbour is old. ${FILLER} A bridge is grey. ${FILLER} It opened.`;
  const together = `${FILLER} The harbour bridge opened in March. ${FILLER}`;
  expect(first("When was the harbour bridge opened?", candidates(scattered, together))).toBe(together);
});

test("the document's name and the section count for every passage in it", () => {
  const [one, other] = candidates("Revenue grew by four per cent.", "Revenue grew by nine per cent.");
  if (!one || !other) throw new Error("two candidates");
  const rows = [one, { ...other, file_name: "Cumulus_annual-report.pdf", section: "Revenue" }];
  expect(rank("revenue of Cumulus", rows, 2)[0]?.chunk_id).toBe(other.chunk_id);
});

test("words in another form are the same words, in the passage's own language", () => {
  const text = "Die Häuser am Hafen wurden von den Fischern gebaut, und der Turm ist nicht alt.";
  expect(first("Wer baute das Haus?", candidates("Der Turm ist hoch und das ist nicht alles.", text))).toBe(text);
});

test("a compound, and a word with a slip, count for a part of what is asked", () => {
  const [railway, harbour] = ["Das Schmalspurnetz ist lang und nicht neu.", "Der Hafen ist lang und nicht neu."];
  expect(first("Wie lang sind die Schmalspurbahnen?", candidates(harbour, railway))).toBe(railway);
  const [lighthouse, pier] = ["The lighthouse is tall.", "The pier is tall."];
  expect(first("How tall is the lighthose?", candidates(pier, lighthouse))).toBe(lighthouse);
});

test("numbers that begin alike are other numbers", () => {
  const rows = candidates("In 20184 cranes were built.", "In 1999 cranes were built.");
  expect(rank("What was built in 20185?", rows).map(({ text }) => text)).toEqual(rows.map(({ text }) => text));
});

test("without a word in common, what vectors found first stays first", () => {
  const rows = candidates("Alpha beta.", "Gamma delta.", "Epsilon zeta.");
  expect(rank("什么时候", rows, 3).map((row) => row.chunk_id)).toEqual(rows.map((row) => row.chunk_id));
  expect(rank("?!", rows, 2)).toEqual(rows.slice(0, 2));
});

test("what repeats a better passage goes behind the rest, and is left where there is nothing else", () => {
  const rows = candidates("The keeper is Marta.", "The keeper is Marta", "The keeper of nets is Jon, a quiet man.");
  expect(
    rank("Who is the keeper?", rows, 3).map((row) => rows.findIndex((one) => one.chunk_id === row.chunk_id)),
  ).toEqual([0, 2, 1]);
});

test("ranks fall, and no passage is lost or made up", () => {
  const rows = candidates(
    ...Array.from({ length: 30 }, (_, at) => `Heron ${at} ${"nest ".repeat(at % 5)}${FILLER.slice(0, at * 9)}`),
  );
  const ranked = rank("heron nest", rows, 30);
  expect(new Set(ranked.map((row) => row.chunk_id))).toEqual(new Set(rows.map((row) => row.chunk_id)));
});

test("compares a word with at most eight terms of one beginning and eight of one end", () => {
  const letters = Array.from("abcdefghijklmnopqrstuvwxyz");
  const terms = letters.flatMap((one) => letters.map((other) => `abcde${one}${other}vwxyz`));
  expect(likenessTo(terms)("abcdefghijvwxyz")).toHaveLength(8);
  expect(
    likenessTo([...terms, ...letters.map((one) => `harbour${one}ghijvwxyz`)])("abcdefghijvwxyz").length,
  ).toBeLessThan(17);
});
