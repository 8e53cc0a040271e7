import { describe, expect, it } from "vitest";
import { clean } from "../../server/ingest/reader/pdf/glyphs/letters.ts";
import { makePdf, makePdfOfPages, type PlacedText } from "../support/pdf.ts";
import { makeUnicodePdf } from "../support/raw-pdf.ts";
import { readPdf as read } from "../support/read.ts";

const readPdf = async (bytes: Buffer) => (await read(bytes)).pages;

const textOf = async (...texts: PlacedText[]) => (await readPdf(makeUnicodePdf(texts)))[0]?.text;

/** Latin lines of a column, 14 points apart. */
const column = (words: string, x: number, count = 12) =>
  Array.from({ length: count }, (_, i) => ({
    text: `${words} ${i + 1} goes on to the edge of it`,
    x,
    y: 100 + i * 14,
  }));

describe("a page", () => {
  it("has lines that are the text's lines, with boxes on the page", async () => {
    const pages = await readPdf(await makePdfOfPages(2));
    for (const { text, lines, width, height } of pages) {
      expect(lines.map(({ start, end }) => text.slice(start, end)).join("\n")).toBe(text);
      for (const { box } of lines) {
        expect(box.x).toBeGreaterThanOrEqual(0);
        expect(box.y).toBeGreaterThanOrEqual(0);
        expect(box.x + box.width).toBeLessThanOrEqual(width);
        expect(box.y + box.height).toBeLessThanOrEqual(height);
      }
    }
  });

  it("has its boxes where the text stands", async () => {
    const pages = await readPdf(await makePdf([{ texts: [{ text: "Here", x: 100, y: 200, size: 20 }] }]));
    const box = pages[0]?.lines[0]?.box;
    expect(box?.x).toBeCloseTo(100, 0);
    expect(box?.y).toBeGreaterThan(178);
    expect(box?.y).toBeLessThan(188);
    expect((box?.y ?? 0) + (box?.height ?? 0)).toBeGreaterThan(200);
    expect(box?.width).toBeGreaterThan(35);
    expect(box?.width).toBeLessThan(60);
  });

  it.each([90, 180, 270] as const)(
    "has its boxes where they are shown on a page turned by %i degrees",
    async (rotate) => {
      const texts = [
        { text: "First line", x: 100, y: 200 },
        { text: "Second line", x: 100, y: 220 },
      ];
      const pages = await readPdf(await makePdf([{ texts, rotate }]));
      const [page] = pages;
      expect(page?.text).toBe("First line\nSecond line");
      expect([page?.width, page?.height].map((side) => Math.round(side ?? 0))).toEqual(
        rotate === 180 ? [595, 842] : [842, 595],
      );
      const box = page?.lines[0]?.box;
      const corner = { 90: [842 - 200, 100], 180: [595 - 100, 842 - 200], 270: [200, 595 - 100] }[rotate];
      const [x = 0, y = 0] = corner;
      expect(x).toBeGreaterThan((box?.x ?? 0) - 3);
      expect(x).toBeLessThan((box?.x ?? 0) + (box?.width ?? 0) + 3);
      expect(y).toBeGreaterThan((box?.y ?? 0) - 3);
      expect(y).toBeLessThan((box?.y ?? 0) + (box?.height ?? 0) + 3);
    },
  );

  it("is read column by column", async () => {
    const texts = [
      { text: "A heading over both of the columns that follow it here on this page", x: 72, y: 60, size: 14 },
      ...column("left", 72),
      ...column("right", 320),
    ];
    const pages = await readPdf(await makePdf([{ texts }]));
    const words = pages[0]?.text.match(/heading|left|right/g);
    expect(words).toEqual(["heading", ...Array(12).fill("left"), ...Array(12).fill("right")]);
  });

  it("keeps a row of a table in one line", async () => {
    const texts = ["Revenue", "Costs", "Profit", "Assets", "Debt"].flatMap((name, i) => [
      { text: name, x: 72, y: 100 + i * 14 },
      { text: `${i}1.5`, x: 320, y: 100 + i * 14 },
      { text: `${i}2.5`, x: 420, y: 100 + i * 14 },
    ]);
    const pages = await readPdf(await makePdf([{ texts }]));
    expect(pages[0]?.text.split("\n")).toContain("Costs 11.5 12.5");
  });

  it("gets spaces where words are set apart, and none within a word", async () => {
    expect(await textOf({ text: "apart", x: 100, y: 100, size: 10 }, { text: "ment", x: 125, y: 100, size: 10 })).toBe(
      "apartment",
    );
    expect(await textOf({ text: "two", x: 100, y: 100, size: 10 }, { text: "words", x: 117, y: 100, size: 10 })).toBe(
      "two words",
    );
  });

  it("loses no text to fonts drawn twice, and gets none twice", async () => {
    expect(await textOf({ text: "bold", x: 100, y: 100 }, { text: "bold", x: 100.3, y: 100 })).toBe("bold");
  });

  it("has letters in place of ligatures, and keeps what only looks special", async () => {
    expect(await textOf({ text: "e\uFB03cient \u00BD x\u00B2", x: 100, y: 100 })).toBe("efficient ½ x²");
  });

  it("has words whole that a line's end parts, and keeps the hyphen that belongs to a word", async () => {
    const lines = ["the rela-", "tionship of long-", "term debt and COVID-", "19 to the state-of-the-", "art remains"];
    const texts = lines.map((text, i) => ({ text, x: 72, y: 100 + i * 14 }));
    const pages = await readPdf(await makePdf([{ texts }]));
    expect(pages[0]?.text).toBe("the relationship\nof long-term\ndebt and COVID-19\nto the state-of-the-art\nremains");
    const [page] = pages;
    expect(page?.lines.map(({ start, end }) => page.text.slice(start, end)).join("\n")).toBe(page?.text);
  });

  it("has the hyphens that are drawn, though a font takes them for soft ones", async () => {
    expect(await textOf({ text: "2022\u00AD2023", x: 100, y: 100 })).toBe("2022-2023");
  });

  it("is read column by column from top to bottom where it is written so", async () => {
    const texts = ["明日", "天気"].map((text, i) => ({ text, x: 300 - i * 20, y: 100 }));
    const [page] = await readPdf(makeUnicodePdf(texts, {}, "Identity-V"));
    expect(page?.text).toBe("明日\n天気");
    const [first, second] = page?.lines ?? [];
    expect(first?.box.x).toBeGreaterThan(second?.box.x ?? Infinity);
    expect(first?.box.height).toBeGreaterThan(first?.box.width ?? Infinity);
  });

  it("has no NUL and no broken character", async () => {
    expect(clean("a\u0000b\uDC00c\uD800")).toBe("abc");
    expect(await textOf({ text: "a\u0000b", x: 100, y: 100 })).toBe("ab");
  });
});

describe("right-to-left text", () => {
  const reversed = (text: string) => Array.from(text).toReversed().join("");

  it("is read from right to left", async () => {
    const first = { text: reversed("گنجشک"), x: 200, y: 100 };
    const second = { text: reversed("باران"), x: 150, y: 100 };
    expect(await textOf(second, first)).toBe("گنجشک باران");
  });

  it("keeps Latin words and numbers from left to right", async () => {
    const text = await textOf(
      { text: reversed("نسخه"), x: 300, y: 100 },
      { text: "Node", x: 240, y: 100 },
      { text: "26.10", x: 200, y: 100 },
      { text: reversed("است"), x: 150, y: 100 },
    );
    expect(text).toBe("نسخه 26.10 Node است");
  });

  it("keeps the order of the letters that one glyph stands for", async () => {
    const kala = makeUnicodePdf([{ text: "\uE000\u0627\u06A9", x: 100, y: 100 }], { "\uE000": "لا" });
    expect((await readPdf(kala))[0]?.text).toBe("کالا");
  });

  it("keeps the zero-width non-joiner", async () => {
    expect(await textOf({ text: reversed("می\u200Cخواند"), x: 100, y: 100 })).toBe("می\u200Cخواند");
  });

  it("has its brackets the right way round, though their shapes are stored", async () => {
    expect(await textOf({ text: `(${reversed("باران")})`, x: 100, y: 100 })).toBe("(باران)");
    const texts = [
      { text: reversed("جدول"), x: 150, y: 100 },
      { text: ")", x: 174, y: 100 },
      { text: "(", x: 144, y: 100 },
    ];
    expect(await textOf(...texts)).toBe("(جدول)");
  });

  it("is what the file says that its glyphs stand for", async () => {
    const [page] = await readPdf(makeUnicodePdf([{ text: "\u0654\u0647", x: 100, y: 100, actual: "هٔ" }]));
    expect(page?.text).toBe("هٔ");
  });

  it("has letters in place of their shapes", async () => {
    expect(await textOf({ text: "\uFEE1\uFEFC\uFEB3", x: 100, y: 100 })).toBe("سلام");
  });
});
