import { describe, expect, it } from "vitest";
import { countTokens, takeTokens } from "../server/tokens.ts";
import { growthOf } from "./support/growth.ts";

const MAX_GROWTH = 2.5;

const PERSIAN = "گنجشک‌ها در باران می‌خوانند و رودخانه آرام می‌گذرد. ";
const ENGLISH = "The harvest of barley rose by 12.5% in every valley, while prices fell.\n\nTraders moved 1,200 tons. ";

describe("counting tokens", () => {
  it("counts as the models do", () => {
    expect(countTokens("")).toBe(0);
    expect(countTokens("hello world")).toBe(2);
    expect(countTokens("The quick brown fox jumps over the lazy dog.")).toBe(10);
  });

  it("takes special tokens for the text they are", () => {
    expect(countTokens("<|endoftext|>")).toBeGreaterThan(1);
  });

  it.each([ENGLISH, PERSIAN])("counts a long text like the sum of its parts (%#)", (text) => {
    const one = countTokens(` ${text.trim()}`);
    expect(countTokens(` ${text.trim()}`.repeat(500))).toBe(one * 500);
  });

  it.each(["\n", " ", "水", "a", "😀"])(
    "takes twice the time for twice the length of a run of %j",
    async (character) => {
      const growth = await growthOf((size) => countTokens(character.repeat(size)), 20_000, MAX_GROWTH);
      expect(growth).toBeLessThanOrEqual(MAX_GROWTH);
      // Far beyond what the encoder itself could take.
      expect(countTokens(character.repeat(500_000))).toBeGreaterThan(1000);
    },
  );
});

describe("taking tokens", () => {
  it("gives the whole text where it fits", () => {
    expect(takeTokens(ENGLISH, 1000)).toBe(ENGLISH);
  });

  it.each([ENGLISH.repeat(100), PERSIAN.repeat(100), "😀👩‍👩‍👧".repeat(2000)])(
    "gives a beginning of that size (%#)",
    (text) => {
      for (const max of [1, 7, 100, 1000]) {
        const taken = takeTokens(text, max);
        expect(text.startsWith(taken)).toBe(true);
        expect(taken.isWellFormed()).toBe(true);
        expect(countTokens(taken)).toBeLessThanOrEqual(max);
        expect(countTokens(taken)).toBeGreaterThan(max - 4);
      }
    },
  );
});
