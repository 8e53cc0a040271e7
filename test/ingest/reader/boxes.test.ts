import { describe, expect, it } from "vitest";
import { toPageRow } from "../../../server/ingest/rows.ts";
import { boxesOf } from "../../../server/retrieval/boxes.ts";
import { makePdf, type PlacedText } from "../../support/pdf.ts";
import { makeUnicodePdf } from "../../support/raw-pdf.ts";
import { readPdf } from "../../support/read.ts";

const readRow = async (pdf: Buffer) => {
  const [page] = (await readPdf(pdf)).pages;
  if (!page) throw new Error("no page");
  return toPageRow("file", page);
};

const quoteIn = async (pdf: Buffer, quote: string) => {
  const row = await readRow(pdf);
  const start = row.text.indexOf(quote);
  if (start < 0) throw new Error(`not in the text: ${row.text}`);
  return boxesOf(row, start, start + quote.length);
};

/** Glyphs set one by one, each a text of its own, as browsers print vertical writing. */
const setDown = (text: string, x: number, y = 100): PlacedText[] =>
  Array.from(text, (letter, i) => ({ text: letter, x, y: y + 12 * i }));

const COLUMNS = ["港の収穫は良かった。", "漁師は大いに喜ぶ。", "終"];
const setColumns = COLUMNS.flatMap((text, i) => setDown(text, 500 - 20 * i));

describe("places of words", () => {
  it("are where the words are drawn", async () => {
    const pdf = await makePdf([{ texts: [{ text: "Prices fell in every valley", x: 72, y: 100, size: 20 }] }]);
    const [box, ...others] = await quoteIn(pdf, "fell in");
    expect(others).toEqual([]);
    // Helvetica: "Prices " is 61.1 points wide at this size, "fell in" 46.4 with kerning.
    expect(box?.x).toBeCloseTo(72 + 61.1, 0);
    expect(box?.width).toBeCloseTo(46.4, 0);
    expect(box?.y).toBeLessThan(100 - 0.8 * 20);
    expect((box?.y ?? 0) + (box?.height ?? 0)).toBeGreaterThan(100 + 0.2 * 20);
  });

  it.each([90, 270] as const)("are turned on a page that is shown turned by %i degrees", async (rotate) => {
    const texts = [{ text: "Prices fell in every valley", x: 72, y: 100, size: 20 }];
    const upright = (await quoteIn(await makePdf([{ texts }]), "fell in"))[0];
    const turned = (await quoteIn(await makePdf([{ texts, rotate }]), "fell in"))[0];
    expect(turned?.width).toBeCloseTo(upright?.height ?? 0, 0);
    expect(turned?.height).toBeCloseTo(upright?.width ?? 0, 0);
    const { x = 0, y = 0, width = 0, height = 0 } = upright ?? {};
    expect(turned?.x).toBeCloseTo(rotate === 90 ? 842 - y - height : y, 0);
    expect(turned?.y).toBeCloseTo(rotate === 90 ? x : 595 - x - width, 0);
  });

  it("count from the right in Hebrew", async () => {
    // Every letter is 6 points wide, and drawn from left to right: "ab cd" is read "dc ba".
    const pdf = makeUnicodePdf([{ text: "םולש בוט", x: 100, y: 100 }]);
    expect((await readRow(pdf)).text).toBe("טוב שלום");
    expect(await quoteIn(pdf, "טוב")).toMatchObject([{ x: 130, width: 18 }]);
    expect(await quoteIn(pdf, "שלום")).toMatchObject([{ x: 100, width: 24 }]);
  });

  it("take less than 9 bytes a word", async () => {
    const texts = Array.from({ length: 40 }, (_, i) => ({
      text: "the harvest of barley rose in every valley while prices fell",
      x: 72,
      y: 72 + 14 * i,
    }));
    const { text, lines } = await readRow(await makePdf([{ texts }]));
    const words = text.split(/\s/).length;
    expect(words).toBeGreaterThan(400);
    expect(JSON.stringify(lines.map(([, , , , , , places]) => places)).length).toBeLessThan(9 * words);
  });
});

describe("vertical writing", () => {
  it("reads as its columns, from the right, when its glyphs are set one by one", async () => {
    const { text } = await readRow(makeUnicodePdf(setColumns));
    expect(text).toBe(COLUMNS.join("\n"));
  });

  it("reads as its columns when a vertical font sets it", async () => {
    const texts = ["港の収穫は", "良かった。"].map((text, i) => ({ text, x: 500 - 20 * i, y: 100 }));
    expect((await readRow(makeUnicodePdf(texts, {}, "Identity-V"))).text).toBe("港の収穫は\n良かった。");
  });

  it("reads beside horizontal lines of the same page", async () => {
    const title = { text: "年次報告", x: 100, y: 60 };
    const caption = { text: "図一港の地図", x: 470, y: 236 };
    const notes = ["注一本文参照", "注二別表参照"].map((text, i) => ({ text, x: 100, y: 300 + 20 * i }));
    const { text } = await readRow(makeUnicodePdf([title, ...setColumns, caption, ...notes]));
    const lines = text.split("\n");
    expect(lines).toHaveLength(7);
    expect(lines).toEqual(expect.arrayContaining([title.text, caption.text, ...notes.map((note) => note.text)]));
    expect(text).toContain(COLUMNS.join("\n"));
  });

  it("keeps the digits of a cell together", async () => {
    const digits = Array.from("12", (text, i) => ({ text, x: 500 + 6 * i, y: 136 }));
    const texts = [...setDown("二千年", 500), ...digits, ...setDown("月の報告", 500, 148)];
    expect((await readRow(makeUnicodePdf(texts))).text).toBe("二千年12月の報告");
  });

  it("leaves a column of figures and one of single words as they are", async () => {
    const figures = Array.from("123456", (text, i) => ({ text, x: 100, y: 100 + 12 * i }));
    const words = Array.from("有無有無", (text, i) => ({ text, x: 200, y: 100 + 18 * i }));
    expect((await readRow(makeUnicodePdf(figures))).text).toBe("1\n2\n3\n4\n5\n6");
    expect((await readRow(makeUnicodePdf(words))).text).toBe("有\n無\n有\n無");
  });

  it("has boxes that run down its columns", async () => {
    const [box, ...others] = await quoteIn(makeUnicodePdf(setColumns), "収穫は");
    expect(others).toEqual([]);
    // Two glyphs of 12 points stand above; the middle of the column is half an em right of its pen.
    expect(box?.y).toBeCloseTo(100 - 0.88 * 12 + 24, 0);
    expect(box?.height).toBeCloseTo(36, 0);
    expect((box?.x ?? 0) + (box?.width ?? 0) / 2).toBeCloseTo(506, 0);
  });
});
