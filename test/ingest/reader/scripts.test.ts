import { describe, expect, it } from "vitest";
import { wordsOf } from "../../../server/text/words.ts";
import { hasCases, readCase } from "../../support/cases.ts";
import type { PlacedText } from "../../support/pdf.ts";
import { makeUnicodePdf } from "../../support/raw-pdf.ts";
import { readText } from "../../support/read.ts";

const SIZE = 12;
const SMALL = 7;
const RISE = { "^": -4, _: 2 };

/** A line in which "^" raises what stands in braces and "_" lowers it: "x^{2}". Letters are half an em wide. */
const typeset = (line: string): PlacedText[] => {
  const texts: PlacedText[] = [];
  let x = 72;
  for (const [, shift, script, plain] of line.matchAll(/([\^_])\{([^}]*)\}|([^^_]+)/g)) {
    const size = script === undefined ? SIZE : SMALL;
    const text = script ?? plain ?? "";
    texts.push({ text, x, y: 100 + (shift ? RISE[shift as "^" | "_"] : 0), size });
    x += (text.length * size) / 2;
  }
  return texts;
};

const read = (line: string) => readText(makeUnicodePdf(typeset(line)));

describe("superscripts and subscripts", () => {
  it.each([
    ["a fee of $320^{1} is due", "a fee of $320 ¹ is due"],
    ["check-up $1,234^{5}", "check-up $1,234 ⁵"],
    ["hired 12^{4} nurses", "hired 12 ⁴ nurses"],
    ["250^{9} degrees", "250 ⁹ degrees"],
    ["sold for 45%^{2}", "sold for 45%²"],
    ["the first visit^{3} and", "the first visit ³ and"],
    ["ends here.^{12} Then", "ends here.¹² Then"],
    ["hired 12^{1,2} nurses", "hired 12 ¹,² nurses"],
    ["Revenue^{a} and 12.5^{b} of it", "Revenue a and 12.5 b of it"],
    ["sold by Northwind^{TM} only", "sold by Northwind TM only"],
    ["^{1}Payable by transfer", "¹ Payable by transfer"],
  ])("sets a note's mark apart from what it follows: %s", async (line, text) => {
    expect(await read(line)).toBe(text);
  });

  it.each([
    ["850 m^{2} and 3 km^{3} and x^{2}", "850 m² and 3 km³ and x²"],
    ["3.1 x 10^{6} cells", "3.1 x 10⁶ cells"],
    ["about 4 · 10^{-3} mol", "about 4 · 10⁻³ mol"],
    ["9.8 m s^{-2}", "9.8 m s⁻²"],
    ["H_{2}O and CO_{2} and H_{2}SO_{4}", "H₂O and CO₂ and H₂SO₄"],
    ["Ca^{2+} and Na^{+}", "Ca²⁺ and Na⁺"],
    ["on ^{13}C spectra", "on ¹³C spectra"],
    ["the 1^{st}, 2^{nd} and 3^{rd} of May", "the 1st, 2nd and 3rd of May"],
    ["le 1^{er} mai au XIX^{e} siècle, n^{o} 5", "le 1er mai au XIXe siècle, no 5"],
    ["M^{me} Dupont", "Mme Dupont"],
  ])("leaves what belongs to a word or number with it: %s", async (line, text) => {
    expect(await read(line)).toBe(text);
  });

  it("is found by its plain letters", async () => {
    expect(wordsOf(await read("H_{2}O fills 5 m^{2} of $320^{1}"))).toEqual([
      "h2o",
      "fills",
      "5",
      "m2",
      "of",
      "320",
      "1",
    ]);
  });

  it("leaves small text on the same baseline as it is", async () => {
    const texts = [
      { text: "Total", x: 72, y: 100, size: SIZE },
      { text: "12", x: 106, y: 100, size: SMALL },
    ];
    expect(await readText(makeUnicodePdf(texts))).toBe("Total 12");
  });

  it.skipIf(!hasCases)("keeps the numbers of superscript-glued-to-number whole", async () => {
    const text = await readText(await readCase("superscript-glued-to-number/fees.pdf"));
    const words = text.split(/\s+/);
    for (const word of ["$320", "$1,234", "$78", "250", "4,500", "12", "m²", "10⁶"]) expect(words).toContain(word);
    expect(text).toContain("H₂O");
  });
});
