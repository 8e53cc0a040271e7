import { array, assert, constantFrom, oneof, property, record, string } from "fast-check";
import { describe, expect, it } from "vitest";
import { chunkDocument } from "../../server/ingest/chunk/chunk.ts";
import { packUnits } from "../../server/ingest/chunk/pack.ts";
import type { Unit } from "../../server/ingest/chunk/unit.ts";
import type { Chunk } from "../../server/ingest/document.ts";
import { bodyOf } from "../../server/ingest/reader/pdf/body/body.ts";
import type { ReadLine, ReadPage } from "../../server/ingest/reader/pdf/layout/lines.ts";
import { countTokens } from "../../server/tokens.ts";

const SIZES = { chunkTokens: 60, overlapTokens: 15 };

type Line = string | (Partial<ReadLine> & { text: string; gap?: number });

/** A page of lines under each other; `gap` is the room above a line, in points. */
const page = (number: number, lines: Line[]): ReadPage => {
  const read: ReadLine[] = [];
  const texts = lines.map((line) => (typeof line === "string" ? line : line.text));
  let [start, y] = [0, 72];
  lines.forEach((line, i) => {
    const text = texts[i] ?? "";
    const { gap = 2, size = 10, text: _, ...rest } = typeof line === "string" ? { text } : line;
    y += gap;
    const box = { x: 72, y, width: 400, height: size };
    read.push({ start, end: start + text.length, box, size, font: "f1", cells: 1, region: 0, ...rest });
    start += text.length + 1;
    y += size;
  });
  return { page: number, width: 595, height: 842, text: texts.join("\n"), lines: read };
};

const textOf = (pages: ReadPage[], chunk: Chunk): string =>
  chunk.spans
    .map((span) => (pages[span.page - 1]?.text ?? "").slice(span.start, span.end).replaceAll("\n", " "))
    .join(" ");

const sentence = (n: number) => `Sentence number ${n} tells of barley and of rain.`;
const sentences = (from: number, count: number) => Array.from({ length: count }, (_, i) => sentence(from + i));
const chunkAll = (...read: Parameters<typeof chunkDocument>) => [...chunkDocument(...read)];
const chunk = (...pages: ReadPage[]) => chunkAll(pages, SIZES);

describe("chunks", () => {
  it("join the lines of a sentence by a space, over the end of a page too", () => {
    const pages = [page(1, ["The harvest of barley", "rose in every"]), page(2, ["valley that year."])];
    expect(chunk(...pages)).toMatchObject([
      {
        ordinal: 0,
        text: "The harvest of barley rose in every valley that year.",
        spans: [
          { page: 1, start: 0, end: 35 },
          { page: 2, start: 0, end: 17 },
        ],
      },
    ]);
  });

  it("are yielded while the document after them is still being cut", () => {
    let cut = 0;
    const units = function* (): Generator<Unit> {
      for (; cut < 100; cut++)
        yield { text: sentence(cut), spans: [], tokens: 10, first: true, heading: false, section: null, lead: [] };
    };
    const chunks = packUnits(units(), SIZES);
    expect(chunks.next().value).toHaveLength(6);
    expect(cut).toBeLessThan(20);
    expect([...chunks].at(-1)?.at(-1)?.text).toBe(sentence(99));
  });

  it("end and begin where sentences do", () => {
    const chunks = chunk(page(1, sentences(1, 40)));
    expect(chunks.length).toBeGreaterThan(5);
    for (const { text } of chunks) {
      expect(text).toMatch(/^Sentence number \d+ tells/);
      expect(text).toMatch(/rain\.$/);
    }
  });

  it("repeat the last sentence of the one before", () => {
    const [first, second] = chunk(page(1, sentences(1, 40)));
    const last = /Sentence number \d+ tells of barley and of rain\.$/.exec(first?.text ?? "")?.[0];
    expect(second?.text.startsWith(last ?? "none")).toBe(true);
  });

  it("repeat nothing when the overlap is zero", () => {
    const chunks = chunkAll([page(1, sentences(1, 40))], { ...SIZES, overlapTokens: 0 });
    const seen = chunks.flatMap(({ text }) => text.match(/number \d+/g) ?? []);
    expect(seen).toEqual(Array.from({ length: 40 }, (_, i) => `number ${i + 1}`));
  });

  it("are not ended by an abbreviation", () => {
    const lines = Array.from(
      { length: 30 },
      () => "Then Dr. Karimi met Prof. A. Smith of Acme Inc. Yesterday they left.",
    );
    for (const { text } of chunkAll([page(1, lines)], { chunkTokens: 30, overlapTokens: 0 }))
      expect(text).not.toMatch(/(?:Dr|Prof|A)\.$/);
  });

  it.each([
    ["Persian", "گنجشک‌ها در باران می‌خوانند. آیا رودخانه آرام است؟ باران بند آمد."],
    ["Chinese", "大麦的收成增加了。价格下降了吗？商人们把粮食运到了港口。"],
  ])("of %s end where its sentences do", (_, text) => {
    for (const { text: chunk } of chunkAll([page(1, Array(20).fill(text))], SIZES)) expect(chunk).toMatch(/[.؟。？]$/);
  });

  it("begin with a heading when the one before is half full, and never end with one", () => {
    const heading = { text: "2 Prices", size: 16, gap: 20 };
    const chunks = chunk(page(1, [...sentences(1, 3), heading, ...sentences(4, 20)]));
    expect(chunks[1]?.text).toMatch(/^2 Prices\nSentence number 4/);
    for (const { text } of chunks) expect(text).not.toMatch(/Prices$/);
  });

  it("carry the path of their headings", () => {
    const chunks = chunk(
      page(1, [
        { text: "2 Results", size: 16 },
        ...sentences(1, 4),
        { text: "2.1 Yield", size: 16, gap: 20 },
        ...sentences(5, 4),
        { text: "3 Outlook", size: 16, gap: 20 },
        ...sentences(9, 4),
      ]),
    );
    const sections = chunks.map(({ section }) => section);
    expect(new Set(sections)).toEqual(new Set(["2 Results", "2 Results > 2.1 Yield", "3 Outlook"]));
  });

  it("have no section where a document has no headings", () => {
    expect(chunk(page(1, sentences(1, 3)))[0]?.section).toBeNull();
  });

  it("do not cut the rows of a table", () => {
    const rows = Array.from({ length: 30 }, (_, i) => ({ text: `Region ${i}. North 1.5 2.5 Total. ${i}00`, cells: 4 }));
    for (const { text } of chunk(page(1, rows)))
      for (const row of text.split("\n")) expect(row).toMatch(/^Region \d+\. .*Total\. \d+00$/);
  });

  it("repeat a table's caption and header where they cut it", () => {
    const rows = Array.from({ length: 30 }, (_, i) => ({ text: `Region ${i} 1.5 2.5`, cells: 3 }));
    const header = { text: "Region North South", cells: 3 };
    const chunks = chunk(
      page(1, [...sentences(1, 2), { text: "Table 1 Harvest by region", gap: 20 }, header, ...rows]),
    );
    expect(chunks.length).toBeGreaterThan(3);
    for (const { text } of chunks.slice(1))
      expect(text).toMatch(/(?:^|\n)Table 1 Harvest by region\nRegion North South\nRegion \d/);
  });

  it("keep a list with the line that leads to it", () => {
    const items = Array.from({ length: 20 }, (_, i) => `• item ${i} of barley and of rain and of the river`);
    for (const { text } of chunk(page(1, [...sentences(1, 4), "The harvest needs the following:", ...items])))
      expect(text).not.toMatch(/following:$/);
  });

  it("do not end a document in a scrap", () => {
    for (let count = 8; count < 16; count++)
      expect(chunk(page(1, sentences(1, count))).at(-1)?.tokens).toBeGreaterThan(SIZES.chunkTokens / 4);
  });

  it("take their sections from a document's bookmarks, whatever its fonts", () => {
    const lines = ["1 Harvest", ...sentences(1, 6), "1.1 Barley", ...sentences(7, 6)].map((text) => ({
      text,
      gap: 20,
    }));
    const bookmarks = new Map([
      ["harvest", 0],
      ["barley", 1],
    ]);
    const sections = chunkAll([page(1, lines)], SIZES, bookmarks).map(({ section }) => section);
    expect(new Set(sections)).toEqual(new Set(["1 Harvest", "1 Harvest > 1.1 Barley"]));
  });

  it("cut what is longer than a chunk between words", () => {
    const words = Array.from({ length: 400 }, (_, i) => `word${i}`);
    const chunks = chunkAll([page(1, [words.join(" ")])], { ...SIZES, overlapTokens: 0 });
    expect(chunks.map(({ text }) => text).join(" ")).toBe(words.join(" "));
  });

  it("have a running header once, and no page numbers", () => {
    const pages = Array.from({ length: 5 }, (_, i) =>
      page(i + 1, [
        "Annual report 2026",
        { text: sentence(i * 10), gap: 30 },
        ...sentences(i * 10 + 1, 9),
        { text: `Page ${i + 1} of 5`, gap: 30 },
      ]),
    );
    const text = chunk(...(bodyOf(pages) ?? []))
      .map((found) => found.text)
      .join("\n");
    expect(text.split("Annual report 2026")).toHaveLength(2);
    expect(text).not.toContain("of 5");
  });

  it("keep a document of three alike pages", () => {
    const pages = [1, 2, 3].map((n) => page(n, ["The same sentence stands on every page of this document."]));
    expect(bodyOf(pages)).toEqual(pages);
  });

  it("are made of a text without sentences or words too", () => {
    const lines = ["水".repeat(100_000), "a ".repeat(100_000).trim(), "a".repeat(100_000)];
    const chunks = chunkAll([page(1, lines)], { chunkTokens: 400, overlapTokens: 40 });
    expect(chunks.length).toBeGreaterThan(300);
  });
});

describe("any document", () => {
  const word = oneof(
    constantFrom(
      "barley",
      "rain.",
      "Dr.",
      "12.5%",
      "(see",
      "No.",
      "4)",
      "پاییز",
      "است.",
      "水",
      "。",
      "e\u0301",
      "👩‍👩‍👧",
      "<|endoftext|>",
    ),
    string({ minLength: 1, maxLength: 30, unit: "grapheme" }).map((text) => text.replace(/\s/gu, "_")),
  );
  const line = record({
    text: array(word, { minLength: 1, maxLength: 40 }).map((words) => words.join(" ")),
    gap: constantFrom(2, 2, 2, 20),
    size: constantFrom(10, 10, 10, 16),
    cells: constantFrom(1, 1, 1, 3),
  });
  const pages = array(array(line, { maxLength: 12 }), { minLength: 1, maxLength: 4 }).map((all) =>
    all.map((lines, i) => page(i + 1, lines)),
  );

  it("is cut into chunks that are their spans, count their tokens and are never too long", () => {
    assert(
      property(pages, constantFrom(50, 60, 400), (pages, chunkTokens) => {
        for (const chunk of chunkAll(pages, { chunkTokens, overlapTokens: 15 })) {
          // A newline shows where a paragraph ends, which spans do not tell.
          expect(chunk.text.replaceAll("\n", " ")).toBe(textOf(pages, chunk));
          expect(chunk.tokens).toBe(countTokens(chunk.text));
          expect(chunk.tokens).toBeLessThanOrEqual(chunkTokens);
          expect(chunk.text.isWellFormed()).toBe(true);
        }
      }),
      { numRuns: 150 },
    );
  });

  it("is covered by its chunks, but for spaces", () => {
    assert(
      property(pages, (pages) => {
        const covered = pages.map(({ text }) => Array.from({ length: text.length }, () => false));
        for (const { spans } of chunkAll(pages, SIZES))
          for (const { page, start, end } of spans) covered[page - 1]?.fill(true, start, end);
        for (const { page, text } of pages)
          for (let i = 0; i < text.length; i++) if (!covered[page - 1]?.[i]) expect(text.charAt(i).trim()).toBe("");
      }),
      { numRuns: 100 },
    );
  });
});
