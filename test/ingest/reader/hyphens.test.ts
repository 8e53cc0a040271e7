import { describe, expect, it } from "vitest";
import { hasCases, readCase } from "../../support/cases.ts";
import { makePdf, type PlacedText } from "../../support/pdf.ts";
import { readPdf, readText } from "../../support/read.ts";

const column = (lines: string[], x: number): PlacedText[] => lines.map((text, i) => ({ text, x, y: 100 + i * 14 }));

describe("a hyphen at a line's end", () => {
  it("is read where PDFium reports a code of its own for it", async () => {
    const text = await readText(
      await makePdf([{ texts: column(["the rela-", "tionship of long-", "term debt"], 72) }]),
    );
    expect(text).toBe("the relationship\nof long-term\ndebt");
  });

  it.skipIf(!hasCases)("keeps compounds and joins words as the key of hyphen-at-line-end says", async () => {
    const key = JSON.parse((await readCase("hyphen-at-line-end/key.json")).toString()) as Record<string, string[]>;
    const text = await readText(await readCase("hyphen-at-line-end/words.pdf"));
    const words = new Set(text.split(/\s+/));
    const missing = Object.values(key)
      .flat()
      .filter((word) => !words.has(word));
    // The tokenizer knows both parts of "overdraft" and not the whole word.
    expect(missing).toEqual(["overdraft"]);
  });
});

/** A page of text between a header and a footer, with a note under it. */
const page = (number: number, lines: string[], note?: string): { texts: PlacedText[] } => ({
  texts: [
    { text: "Kelp farming in the north", x: 72, y: 40, size: 9 },
    ...column(lines, 72),
    ...(note ? [{ text: note, x: 72, y: 780, size: 8 }] : []),
    { text: `Page ${number}`, x: 280, y: 815, size: 9 },
  ],
});

describe("a word that a page's end parts", () => {
  it("is whole on the first page, past headers, footers and notes", async () => {
    const pages = [
      page(1, ["The farm is anchored to the sea floor, and the manage-"], "1 See the register."),
      page(2, ["ment of it lies with Astrid Berg."]),
    ];
    const { pages: read, chunks } = await readPdf(await makePdf(pages));
    expect(read[0]?.text.split("\n")).toContain("The farm is anchored to the sea floor, and the management");
    expect(read[1]?.text.split("\n")).toContain("of it lies with Astrid Berg.");
    for (const { text, lines } of read)
      expect(lines.map(({ start, end }) => text.slice(start, end)).join("\n")).toBe(text);
    for (const { text, spans } of chunks)
      expect(spans.map(({ page, start, end }) => read[page - 1]?.text.slice(start, end)).join("\n")).toBe(
        text.replaceAll(/ (?=of it)/g, "\n"),
      );
  });

  it("is left alone where the next page does not go on", async () => {
    const pages = [page(1, ["The list of what is sold pre-"]), page(2, ["The next chapter begins here."])];
    expect(await readText(await makePdf(pages))).toContain("sold pre-\nPage 1");
  });

  it("is whole where a column's end parts it", async () => {
    const words = "the farm is anchored to the sea floor with ropes";
    const left = [...Array.from({ length: 11 }, () => words), "and so the whole manage-"];
    const right = ["ment of it is hard", ...Array.from({ length: 11 }, () => words)];
    const text = await readText(await makePdf([{ texts: [...column(left, 40), ...column(right, 320)] }]));
    expect(text).toContain("and so the whole management\nof it is hard");
  });

  it.skipIf(!hasCases)("is whole in hyphen-across-page", async () => {
    const { chunks } = await readPdf(await readCase("hyphen-across-page/kelp.pdf"));
    expect(chunks[0]?.text).toContain("the management of the farm lies with Astrid Berg");
  });
});
