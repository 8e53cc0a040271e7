import { describe, expect, it } from "vitest";
import { hasCases, readCase } from "../../support/cases.ts";
import { makePdf, type PlacedText } from "../../support/pdf.ts";
import { readPdf } from "../../support/read.ts";

const body = (lines: string[], y = 100): PlacedText[] => lines.map((text, i) => ({ text, x: 72, y: y + i * 14 }));
const notes = (lines: string[]): PlacedText[] => lines.map((text, i) => ({ text, x: 72, y: 760 + i * 10, size: 8 }));

const chunksOf = async (...pages: PlacedText[][]) =>
  (await readPdf(await makePdf(pages.map((texts) => ({ texts }))))).chunks.map(({ text }) => text).join("\n");

describe("notes at the foot of a page", () => {
  it("come after the sentence that goes on beyond them", async () => {
    const text = await chunksOf(
      [...body(["The wharf was sold for a price of"]), ...notes(["1 See the register of deeds.", "2 As of 1988."])],
      body(["2.4 million crowns. It was paid in parts."]),
    );
    expect(text).toBe(
      "The wharf was sold for a price of 2.4 million crowns. It was paid in parts.\n1 See the register of deeds. 2 As of 1988.",
    );
  });

  it("come before the next page's text where the sentence ends before them", async () => {
    const text = await chunksOf([...body(["It was sold."]), ...notes(["1 In 1988."])], body(["The next owner came."]));
    expect(text).toBe("It was sold.\n1 In 1988.\nThe next owner came.");
  });

  it("are not small text that has no mark", async () => {
    const small = [{ text: "in small letters, and goes on.", x: 72, y: 400, size: 8 }];
    const text = await chunksOf([...body(["The contract says"]), ...small], body(["It ends."]));
    expect(text).toBe("The contract says\nin small letters, and goes on.\nIt ends.");
  });

  it.skipIf(!hasCases)("stand apart in footnote-in-sentence", async () => {
    const { chunks } = await readPdf(await readCase("footnote-in-sentence/wharf.pdf"));
    expect(chunks.map(({ text }) => text)).toEqual([
      "The wharf was sold to the town of Aker in 1988 for a price of 2.4 million crowns, which was paid in three parts.\n1 See the register of deeds, volume 12.",
    ]);
  });
});
