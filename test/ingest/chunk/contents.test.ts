import { describe, expect, it } from "vitest";
import { hasCases, readCase } from "../../support/cases.ts";
import { makePdf, type PlacedText } from "../../support/pdf.ts";
import { readPdf } from "../../support/read.ts";

const TITLES = ["Introduction", "Safety instructions", "Warranty period and claims", "Error codes"];

const lines = (texts: string[]): PlacedText[] => texts.map((text, i) => ({ text, x: 72, y: 72 + i * 16 }));

const section = (n: number): PlacedText[] => [
  { text: `${n} ${TITLES[n - 1]}`, x: 72, y: 72, size: 14, bold: true },
  { text: `Chapter ${n} says what is to be known of it.`, x: 72, y: 110 },
];

const indexed = async (pages: PlacedText[][]): Promise<string> => {
  const { chunks } = await readPdf(await makePdf(pages.map((texts) => ({ texts }))));
  return chunks.map(({ text }) => text).join("\n");
};

const manual = (contents: string[], front = 0) => [
  lines(["Contents", ...contents]),
  ...Array.from({ length: front }, () => lines(["Left blank on purpose."])),
  ...TITLES.map((_, i) => section(i + 1)),
];

describe("a table of contents", () => {
  it.each<[string, (title: string, i: number) => string]>([
    ["dots", (title, i) => `${i + 1} ${title} ${".".repeat(40)} ${i + 2}`],
    ["dots with spaces", (title, i) => `${title} ${". ".repeat(20)}${i + 2}`],
    ["nothing", (title, i) => `${i + 1} ${title} ${i + 2}`],
    ["numbers that are not the file's", (title, i) => `${i + 1} ${title} ..... ${i + 12}`],
  ])("is left out of the chunks: %s before the page's number", async (_, entryOf) => {
    const text = await indexed(manual(TITLES.map(entryOf)));
    for (const title of TITLES) expect(text.split(title)).toHaveLength(2);
    expect(text).not.toContain("....");
    expect(text).toContain("Chapter 3 says");
  });

  it("is recognised where a title takes two lines", async () => {
    const entries = [
      "1 Introduction ..... 2",
      "2 Safety instructions ..... 3",
      "3 Warranty period",
      "and claims ..... 4",
    ];
    const text = await indexed(manual([...entries, "4 Error codes ..... 5"]));
    expect(text).not.toContain("....");
    expect(text.split("Warranty period")).toHaveLength(2);
  });

  it("stays where it is all that a document has", async () => {
    const entries = TITLES.map((title, i) => `${title} ..... ${i + 2}`);
    expect(await indexed([lines(["Contents", ...entries])])).toContain("Warranty period and claims ..... 4");
  });

  it("is no list of prices, and no table with leaders", async () => {
    const prices = ["Coffee ..... 3", "Tea ..... 4", "Juice ..... 5", "Introduction ..... 9"];
    const text = await indexed(manual(prices));
    for (const line of prices) expect(text).toContain(line);
  });

  it.skipIf(!hasCases)("is in no chunk of toc-crowds-out", async () => {
    const { chunks, pages } = await readPdf(await readCase("toc-crowds-out/manual.pdf"));
    expect(pages[0]?.text).toContain("Warranty period and claims ....");
    for (const { text } of chunks) expect(text).not.toContain("....");
    expect(chunks.map(({ text }) => text).join("\n")).toContain("thirty months");
  });
});
