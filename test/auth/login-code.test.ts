import { describe, expect, it } from "vitest";
import { codeOf, hashCode } from "../../server/auth/login-code.ts";

describe("a login code", () => {
  const key = Buffer.alloc(32, 1);
  const codes = Array.from({ length: 20_000 }, (_, seed) => codeOf(key, `${seed}`));

  it("is the same for the same seed, and another with another key", () => {
    expect(codeOf(key, "7")).toBe(codes[7]);
    expect(codeOf(Buffer.alloc(32, 2), "7")).not.toBe(codes[7]);
  });

  it("has six decimal digits, leading zeros included", () => {
    expect(codes.filter((code) => !/^\d{6}$/.test(code))).toEqual([]);
    expect(codes.some((code) => code.startsWith("0"))).toBe(true);
  });

  it("has each digit in each place about equally often", () => {
    const expected = codes.length / 10;
    for (let place = 0; place < 6; place += 1) {
      const counts = Array.from(
        { length: 10 },
        (_, digit) => codes.filter((code) => code[place] === `${digit}`).length,
      );
      const chiSquared = counts.reduce((sum, count) => sum + (count - expected) ** 2 / expected, 0);
      // 9 degrees of freedom: a fair source exceeds 45 in fewer than one of a million runs.
      expect(chiSquared).toBeLessThan(45);
    }
  });

  it("seldom comes twice", () => {
    // About 200 pairs collide among 20,000 of a million.
    expect(new Set(codes).size).toBeGreaterThan(19_600);
  });
});

describe("a code's hash", () => {
  const key = Buffer.alloc(32, 1);
  const hash = hashCode(key, "challenge", "123456");

  it("is the same for the same code of the same challenge", () => {
    expect(hashCode(key, "challenge", "123456")).toBe(hash);
  });

  it.each([
    ["another code", hashCode(key, "challenge", "123457")],
    ["another challenge", hashCode(key, "challengf", "123456")],
    ["another key", hashCode(Buffer.alloc(32, 2), "challenge", "123456")],
  ])("is another for %s", (_, other) => {
    expect(other).not.toBe(hash);
  });

  it("is HMAC-SHA-256, as another implementation computes it", async () => {
    const hmac = { name: "HMAC", hash: "SHA-256" };
    const imported = await crypto.subtle.importKey("raw", key, hmac, false, ["sign"]);
    const expected = await crypto.subtle.sign("HMAC", imported, Buffer.from("challenge:123456"));
    expect(hash).toBe(Buffer.from(expected).toString("base64url"));
  });
});
