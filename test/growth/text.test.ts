import { expect, test } from "vitest";
import { passageBoxes } from "../../console/src/viewer/passage-boxes.ts";
import type { SearchRow } from "../../db/index.ts";
import { createAnswerReader } from "../../server/chat/answer-reader.ts";
import { createCitationReader } from "../../server/chat/citations.ts";
import { buildPrompt } from "../../server/chat/prompt.ts";
import { createRefusalReader } from "../../server/chat/refusal.ts";
import { chunkDocument } from "../../server/ingest/chunk/chunk.ts";
import { findContents } from "../../server/ingest/chunk/contents.ts";
import { toLines } from "../../server/ingest/chunk/paragraphs.ts";
import { bodyOf } from "../../server/ingest/reader/pdf/body/body.ts";
import { readLines, type ReadPage } from "../../server/ingest/reader/pdf/layout/lines.ts";
import { pageNumberOf } from "../../server/ingest/reader/pdf/body/page-numbers.ts";
import type { Character } from "../../server/ingest/reader/pdf/glyphs/characters.ts";
import { layOut } from "../../server/ingest/reader/pdf/layout/layout.ts";
import type { Run } from "../../server/ingest/reader/pdf/layout/runs.ts";
import { setScripts } from "../../server/ingest/reader/pdf/layout/scripts.ts";
import { withWholeWords } from "../../server/ingest/reader/pdf/body/whole-words.ts";
import { cleanName } from "../../server/files/name.ts";
import { newId } from "../../server/id.ts";
import { extractAnswer } from "../../server/model/offline/answer.ts";
import { createEmbedder } from "../../server/model/offline/embedding.ts";
import { loadRarity } from "../../server/model/offline/rarity.ts";
import { wordAnswer } from "../../server/model/offline/wording.ts";
import { leans } from "../../server/retrieval/leans.ts";
import { asksByName, namedIn } from "../../server/retrieval/named.ts";
import { bestSentence, readSentences } from "../../server/retrieval/quote.ts";
import { rerank } from "../../server/retrieval/rerank.ts";
import { sentencesIn } from "../../server/text/sentences.ts";
import { indexWords, tellingStems } from "../../server/text/stem.ts";
import { wordsIn } from "../../server/text/word-places.ts";
import { wordsOf } from "../../server/text/words.ts";
import { countTokens } from "../../server/tokens.ts";
import { growthOf, SHAPES } from "../support/growth.ts";

/** Twice the input, at most so many times the work. */
const MAX_GROWTH = 2.5;
/** Half of the longest question. */
const QUESTION_CHARS = 4_000;
const TEXT_CHARS = 20_000;

const rarity = await loadRarity();
const embed = createEmbedder(rarity);

/** A text in pieces of about the same length. */
const inPieces = (text: string, count: number): string[] =>
  Array.from({ length: count }, (_, at) =>
    text.slice(Math.floor((at * text.length) / count), Math.floor(((at + 1) * text.length) / count)),
  );

/** Nothing is remembered of a passage from one run to the next. */
const toRow = (text: string, at: number): SearchRow => ({
  chunk_id: newId(),
  file_id: newId(),
  ordinal: at,
  file_name: `${at}.pdf`,
  section: null,
  text: `${text} ${newId()}`,
  tokens: text.length >> 2,
  page_from: 1,
  page_to: 1,
  spans: [{ page: 1, start: 0, end: text.length }],
  rank: 2 / (61 + at),
});

const toSource = (text: string, at: number) => ({ n: at + 1, fileName: `${at}.pdf`, page: 1, text });

const readMarkers = (text: string): void => {
  const reader = createCitationReader(6);
  for (const piece of inPieces(text, Math.ceil(text.length / 8))) reader.push(piece);
  reader.end();
};

const readAnswer = (text: string): void => {
  const reader = createAnswerReader(["Our page is https://ok.example/page."]);
  for (const piece of inPieces(text, Math.ceil(text.length / 8))) reader.push(piece);
  reader.end();
};

const readRefusal = (text: string): void => {
  const reader = createRefusalReader();
  for (const piece of inPieces(text, Math.ceil(text.length / 8))) reader.push(piece);
  reader.end();
};

const STYLE = {
  font: "F",
  baseFont: "F",
  size: 12,
  turn: 0,
  stretch: 1,
  slanted: false,
  heights: { ascent: 0.9, descent: 0.2 },
  toFrame: [1, 0, 0, 1, 0, 0],
} as const;

/** Glyphs placed beside and under each other, `perLine` characters a line, each an object of its own. */
const toCharacters = (text: string, perLine: number): Character[] =>
  Array.from(text, (glyph, at) => {
    const [v, origin] = [Math.floor(at / perLine) * 14, (at % perLine) * 5];
    const place = { origin, u0: origin, u1: origin + 5, v };
    return { text: glyph, object: at + 1, style: STYLE, ...place, gap: false, code: undefined };
  });

const chunk = (text: string, perLine: number): void => {
  const page = layOut(toCharacters(text, perLine), []);
  const sizes = { chunkTokens: 400, overlapTokens: 40 };
  void [...chunkDocument([{ page: 1, width: 600, height: 800, ...page }], sizes)];
};

/** As many pages as the text has stretches of 200 characters, a header, a text block and a footer each. */
const toPages = (text: string): ReadPage[] =>
  inPieces(text, Math.ceil(text.length / 200)).map((piece, at) => {
    const lines = inPieces(piece.replaceAll("\n", " "), 6);
    let start = 0;
    const read = lines.map((line, i) => {
      const place = { start, end: start + line.length };
      start += line.length + 1;
      const y = [40, 100, 114, 128, 142, 800][i] ?? 0;
      return { ...place, box: { x: 72, y, width: 400, height: 10 }, size: 10, font: "F", cells: 1, region: 0 };
    });
    return { page: at + 1, width: 600, height: 842, text: lines.join("\n"), lines: read };
  });

/** Runs side by side, every other one raised. */
const inOneRow = (text: string): Run[] =>
  inPieces(text, Math.ceil(text.length / 3)).map((piece, at) => {
    const [u0, u1, size, bottom] = [at * 10, at * 10 + 10, at % 2 ? 6 : 10, at % 2 ? 90 : 100];
    return {
      text: piece,
      glyphs: [{ text: piece, u0, u1 }],
      turn: 0,
      u0,
      u1,
      top: bottom - size,
      fontTop: bottom - size,
      fontBottom: bottom,
      bottom,
      size,
      font: "F",
    };
  });

const BOX = { x: 0, y: 0, width: 1, height: 1 };
const NAMES = Array.from({ length: 40 }, (_, at) => `harbour report ${at}.pdf`);

const OF_A_QUESTION: Record<string, (text: string) => unknown> = {
  "whether a question needs what was asked before": leans,
  "whether a question names a document": (text) => asksByName(text, NAMES),
  "the language of an answer": (text) => wordAnswer(text, { answers: [], nearest: undefined }),
  "the vector of a query": (text) => embed(text, "query"),
};

const OF_A_TEXT: Record<string, (text: string) => unknown> = {
  "a file's name": cleanName,
  words: wordsOf,
  stems: (text) => tellingStems(wordsOf(text)),
  "the words of full text": (text) => indexWords(wordsOf(text)),
  sentences: sentencesIn,
  "the words of a line": wordsIn,
  "the vector of a passage": (text) => embed(text, "document"),
  "markers in an answer": readMarkers,
  "the refusal of an answer": readRefusal,
  "the text that an answer shows": readAnswer,
  "the page number in a line": (text) => pageNumberOf(text, [text], 1),
  "superscripts of a row": (text) => setScripts(inOneRow(text)),
  "running headers": (text) => bodyOf(toPages(text)),
  "words that pages part": (text) => [...withWholeWords(toPages(text))],
  "a table of contents": (text) => findContents(toLines(toPages(text))),
  "the boxes of a passage's line": (text) =>
    passageBoxes({ text, width: 1, height: 1, lines: [{ text, box: BOX }] }, text),
  "the prompt": (text) => buildPrompt({ question: text, sources: [toSource(text, 0)], history: [] }),
};

/** Encoding tokens takes so long that a smaller text does. */
const OF_A_SHORT_TEXT: Record<string, (text: string) => unknown> = { tokens: countTokens };

/** Shapes that chunks and layout may stumble over; each takes a second. */
const OF_LAYOUT = [
  "one letter",
  "initials",
  "short sentences",
  "spaces",
  "newlines",
  "digits",
  "characters of Chinese",
];
const OF_A_DOCUMENT: Record<string, (text: string) => unknown> = {
  "lines and chunks of a page": (text) => chunk(text, 80),
  "lines and chunks of one long line": (text) => chunk(text, Infinity),
};

type OfTwo = (question: string, document: string) => unknown;
const OF_A_QUESTION_AND_A_DOCUMENT: Record<string, OfTwo> = {
  "candidates ranked by their words": (question, document) => rerank(question, inPieces(document, 40).map(toRow), 6),
  "documents that a question names": (question, document) =>
    namedIn(
      question,
      inPieces(document, 40).map((text, at) => ({ file_id: `${at}`, file_name: text.slice(0, 200), text })),
    ),
  "the sentences that answer": (question, document) =>
    extractAnswer(question, inPieces(document, 6).map(toSource), rarity),
  "the quote that supports a claim": (question, document) => bestSentence(readSentences(document), question),
};

/** The shapes for which the work grows faster than its input. */
const tooFast = async (
  work: (text: string) => unknown,
  chars: number,
  shapes = Object.keys(SHAPES),
): Promise<string[]> => {
  const found: string[] = [];
  for (const shape of shapes) {
    const make = SHAPES[shape] ?? String;
    const growth = await growthOf((size) => work(make(size)), chars, MAX_GROWTH);
    if (growth > MAX_GROWTH) found.push(`${shape}: ${growth.toFixed(1)}`);
  }
  return found;
};

for (const [chars, works] of [
  [QUESTION_CHARS, OF_A_QUESTION],
  [QUESTION_CHARS, OF_A_SHORT_TEXT],
  [TEXT_CHARS, OF_A_TEXT],
] as const)
  for (const [name, work] of Object.entries(works))
    test(`work grows no faster than the text: ${name}`, async () => {
      expect(await tooFast(work, chars)).toEqual([]);
    });

for (const [name, work] of Object.entries(OF_A_DOCUMENT))
  test(`work grows no faster than the document: ${name}`, async () => {
    expect(await tooFast(work, TEXT_CHARS, OF_LAYOUT)).toEqual([]);
  });

for (const [name, work] of Object.entries(OF_A_QUESTION_AND_A_DOCUMENT)) {
  test(`work grows no faster than the question: ${name}`, async () => {
    const found: string[] = [];
    for (const [shape, make] of Object.entries(SHAPES)) {
      const document = make(TEXT_CHARS);
      const growth = await growthOf((size) => work(make(size), document), QUESTION_CHARS, MAX_GROWTH);
      if (growth > MAX_GROWTH) found.push(`${shape}: ${growth.toFixed(1)}`);
    }
    expect(found).toEqual([]);
  });

  test(`work grows no faster than the document: ${name}`, async () => {
    const found: string[] = [];
    for (const [shape, make] of Object.entries(SHAPES)) {
      const question = make(QUESTION_CHARS);
      const growth = await growthOf((size) => work(question, make(size)), TEXT_CHARS, MAX_GROWTH);
      if (growth > MAX_GROWTH) found.push(`${shape}: ${growth.toFixed(1)}`);
    }
    expect(found).toEqual([]);
  });
}

test("work grows no faster than the document: headings, each smaller than the last", async () => {
  const toRun = (text: string, top: number, size: number): Run => ({
    text,
    glyphs: [{ text, u0: 0, u1: 400 }],
    turn: 0,
    u0: 0,
    u1: 400,
    top,
    bottom: top + size,
    fontTop: top,
    fontBottom: top + size,
    size,
    font: "F",
  });
  const headings = (count: number) => {
    const body = toRun("The body of the text. ".repeat(count * 10), 0, 10);
    const titles = Array.from({ length: count }, (_, at) => toRun(`Title ${at} of many`, (at + 1) * 3_000, 2_000 - at));
    const { text, lines } = readLines([body, ...titles]);
    void [
      ...chunkDocument([{ page: 1, width: 600, height: 800, text, lines }], { chunkTokens: 400, overlapTokens: 40 }),
    ];
  };
  expect(await growthOf(headings, 400, MAX_GROWTH)).toBeLessThanOrEqual(MAX_GROWTH);
});
