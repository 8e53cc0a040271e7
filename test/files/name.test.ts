import { expect, test } from "vitest";
import { LIMITS } from "../../server/contract/limits.ts";
import { cleanName } from "../../server/files/name.ts";
import { createRandom } from "../support/random.ts";

const letters = (text: string) => Array.from(text);
const PIECES = [
  ...letters("\u0000\u0001\u001b\u007f\u0085\u200b\u200c\u200d\u200e\u200f\u2028\u202e\u2066\u2069\ufeff"),
  ...letters("\ud800\udc00/\\.:*?\"<>| ~$%'`&\t\naZ9é年報گزارش\u0301😀👨‍👩‍👧"),
  "\ud800",
  "\udc00",
  "../",
  "..\\",
  "%00",
  "%2e%2e%2f",
  "CON",
  "nul.",
  "aux.pdf",
  "com1",
  ".pdf",
  ".PDF.exe",
  "می‌روم",
  "x".repeat(120),
  "年".repeat(90),
  "😀".repeat(40),
];

test("ten thousand names of anything become names that can be shown and kept", () => {
  const next = createRandom(20);
  for (let n = 0; n < 10_000; n++) {
    const name = Array.from(
      { length: Math.floor(next() * 12) },
      () => PIECES[Math.floor(next() * PIECES.length)] ?? "",
    ).join("");
    const clean = cleanName(name);
    const problem = JSON.stringify([name, clean]);
    expect(clean, problem).not.toBe("");
    expect(clean.isWellFormed(), problem).toBe(true);
    expect(clean, problem).not.toMatch(
      // oxlint-disable-next-line no-control-regex -- they are what may not be there
      /[\u0000-\u001f\u007f-\u009f\u200b\u200e\u200f\u2028-\u202e\u2066-\u2069\ufeff/\\]/,
    );
    expect(clean, problem).not.toMatch(/^(?:con|prn|aux|nul|com\d|lpt\d)(?:\.|$)/i);
    expect(clean, problem).not.toMatch(/[.\s]$|^\s/);
    expect(Buffer.byteLength(clean), problem).toBeLessThanOrEqual(LIMITS.fileNameBytes);
    expect(Array.from(clean).length, problem).toBeLessThanOrEqual(LIMITS.fileNameChars);
    expect(cleanName(clean), problem).toBe(clean);
  }
});

test.for<[name: string, clean: string]>([
  ["گزارش سالانه می‌روم ۱۴۰۲.pdf", "گزارش سالانه می‌روم ۱۴۰۲.pdf"],
  ["../../etc/passwd", "passwd"],
  ["C:\\Users\\ada\\a.pdf", "a.pdf"],
  ["invoice\u202efdp.exe", "invoicefdp.exe"],
  ["a\u0000.pdf", "a.pdf"],
  ["NUL.pdf", "_NUL.pdf"],
  ["con", "_con"],
  ["console.pdf", "console.pdf"],
  ["report. . .", "report"],
  ["..", "document.pdf"],
  ["", "document.pdf"],
  ["cafe\u0301.pdf", "caf\u00e9.pdf"],
])("%j becomes %j", ([name, clean]) => {
  expect(cleanName(name)).toBe(clean);
});

test("a long name keeps its ending and whole letters", () => {
  expect(cleanName(`${"年".repeat(300)}.pdf`)).toBe(`${"年".repeat(78)}.pdf`);
  expect(cleanName(`${"a".repeat(300)}.pdf`)).toBe(`${"a".repeat(196)}.pdf`);
});
