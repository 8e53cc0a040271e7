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
