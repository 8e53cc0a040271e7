import { beforeAll, describe, expect, it } from "vitest";
import { hasCases, readCase } from "../../support/cases.ts";
import { readText } from "../../support/read.ts";

const wordsOf = (text: string): string[] => text.normalize("NFKC").split(/\s+/u).filter(Boolean);

const mean = (values: number[]) => values.reduce((sum, value) => sum + value, 0) / values.length;

/** The share of the words that a text should have and has. */
const shareOf = (expected: string[], found: string[]): number => {
  const left = Map.groupBy(found, (word) => word);
  return expected.filter((word) => left.get(word)?.pop() !== undefined).length / expected.length;
};

/**
 * What is out of reach: joiners that three files do not have, vowel marks of a font whose boxes do not tell their letters,
 * and a font in which letters of one word stand over each other.
 */
const LEAST: Record<string, number> = {
  "cairo-fa-naskh": 0.89,
  "cairo-fa-nazli": 0.89,
  "cairo-fa-dejavu": 0.89,
  "cairo-ar-vowels-amiri": 0.82,
  "ur-nastaliq": 0.9,
};
const USUAL = 0.98;

describe.skipIf(!hasCases)("right-to-left documents with known words (the cases beside CORPUS_DIR)", () => {
  const shares = new Map<string, number>();

  beforeAll(async () => {
    const key = JSON.parse((await readCase("right-to-left/key.json")).toString()) as Record<string, string>;
    for (const [name, text] of Object.entries(key))
      shares.set(name, shareOf(wordsOf(text), wordsOf(await readText(await readCase(`right-to-left/${name}.pdf`)))));
  }, 120_000);

  it("have nearly all of their words", () => {
    const short = [...shares].filter(([name, share]) => share < (LEAST[name] ?? USUAL));
    expect(shares.size).toBe(30);
    expect(short).toEqual([]);
  });

  it.each([
    ["printed by Chromium", (name: string) => !name.startsWith("cairo"), 0.985],
    ["drawn by cairo", (name: string) => name.startsWith("cairo"), 0.95],
  ])("%s have them in the mean", (_, belongs, least) => {
    expect(mean([...shares].filter(([name]) => belongs(name)).map(([, share]) => share))).toBeGreaterThanOrEqual(least);
  });
});
