import { describe, expect, it } from "vitest";
import { countTokens, takeTokens } from "../server/tokens.ts";

const PERSIAN = "گنجشک‌ها در باران می‌خوانند و رودخانه آرام می‌گذرد. ";
const ENGLISH = "The harvest of barley rose by 12.5% in every valley, while prices fell.\n\nTraders moved 1,200 tons. ";

const timed = <T>(work: () => T): { result: T; ms: number } => {
  const start = performance.now();
  return { result: work(), ms: performance.now() - start };
};

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

  it.each([
    ["newlines", "\n".repeat(200_000)],
    ["spaces", " ".repeat(1_000_000)],
    ["Chinese without spaces", "水".repeat(50_000)],
    ["one letter", "a".repeat(500_000)],
    ["pairs of surrogates", "😀".repeat(50_000)],
  ])("is not slow on a long run of %s", (_, text) => {
    countTokens("warm");
    const { result, ms } = timed(() => countTokens(text));
    expect(result).toBeGreaterThan(1000);
    expect(ms).toBeLessThan(3000);
  });
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
