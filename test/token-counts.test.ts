import { existsSync, readdirSync } from "node:fs";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import * as fc from "fast-check";
import { describe, expect, it, test } from "vitest";
import { countTokens, takeTokens } from "../server/tokens.ts";
import { SHAPES } from "./support/growth.ts";
import { referenceText, referenceTokens } from "./support/tiktoken.ts";

const CORPUS = process.env["CORPUS_DIR"] ?? "../shared/corpus";
const SEED = 20_251;

/** Letters, marks and digits of Unicode 17, which tiktoken 1.0.22 does not know: it takes them for symbols. */
const NEWER_THAN_TIKTOKEN =
  /[\u088f\u0c5c\u0cdc\u1acf-\u1aeb\ua7ce-\ua7d4\ua7f1\u{10940}-\u{10959}\u{10ec5}-\u{10efb}\u{11b60}-\u{11b67}\u{11db0}-\u{11de9}\u{16ea0}-\u{16ed3}\u{16ff2}-\u{16ff6}\u{187f8}-\u{187ff}\u{18d09}-\u{18df2}\u{1e6c0}-\u{1e6ff}\u{2b73a}-\u{2b73f}\u{2cea2}-\u{2cead}\u{323b0}-\u{33479}]/u;

/** Where a text is not counted as by tiktoken, or undefined. */
const difference = (text: string) => {
  const [counted, expected] = [countTokens(text), referenceTokens(text).length];
  return counted === expected ? undefined : { text: text.slice(0, 200), counted, expected };
};

const RUNS = ["\n", "\r\n", " ", "\t", "\u00a0", "\u0301", "\ud800", ...Array.from("aAé水กا😀𠀀7٣./")];
const CONTRACTIONS = "'s 'S 'ſ 't 'rE 'VE 'm 'll 'D 'x ’s".split(" ");
const NUMBERS = "12 ٣٤٥٦ ½ Ⅻ <|endoftext|>".split(" ");
const WORDS = "the The ABC aB camelCase 水の การเก็บ سلام שלום हिन्दी 한국어 😀 👩‍👩‍👧 é ǅ".split(" ");

/** Any character of Unicode, lone surrogates included, mixed with what the pattern of pieces tells apart. */
const anyText = fc
  .array(
    fc.oneof(
      fc.integer({ min: 0, max: 0x1ffff }).map((point) => String.fromCodePoint(point)),
      fc.integer({ min: 0, max: 0x10ffff }).map((point) => String.fromCodePoint(point)),
      fc.integer({ min: 0x20, max: 0x17f }).map((point) => String.fromCodePoint(point)),
      fc.constantFrom(" ", "  ", "\n", "\r\n", "\t", "\u0085", "\u00a0", "\ufeff", "\u200c", "\u3000", "/", "\u0000"),
      fc.constantFrom(...CONTRACTIONS, ...NUMBERS, ...WORDS),
    ),
    { maxLength: 60 },
  )
  .map((parts) => parts.join(""))
  .filter((text) => !NEWER_THAN_TIKTOKEN.test(text));

describe("counts as tiktoken counts", () => {
  it("counts any text", () => {
    fc.assert(
      fc.property(anyText, (text) => {
        expect(countTokens(text)).toBe(referenceTokens(text).length);
      }),
      { numRuns: 20_000, seed: SEED },
    );
  });

  it("counts every character among words, digits, spaces and symbols", () => {
    const wrong: string[] = [];
    // From the supplementary ideographic plane on, characters are alike.
    for (let point = 0; point <= 0x10ffff; point += point < 0x20000 ? 1 : 61) {
      const c = String.fromCodePoint(point);
      if (NEWER_THAN_TIKTOKEN.test(c)) continue;
      if (difference(`a${c}b ${c}Ab${c}${c}'s 1${c}2 .${c}\n/${c} \n`)) wrong.push(point.toString(16));
    }
    expect(wrong).toEqual([]);
  });

  it("counts runs of one character as long as a piece may be", () => {
    const wrong: unknown[] = [];
    for (const character of RUNS)
      for (const length of [1, 2, 3, 63, 64, 65, 127, 128, 129, 511, 512, 513, 2000])
        for (const text of [
          character.repeat(length),
          `x${character.repeat(length)}y`,
          ` ${character.repeat(length)} `,
        ]) {
          const found = difference(text);
          if (found) wrong.push({ character, length, ...found });
        }
    expect(wrong).toEqual([]);
  });

  it.each(Object.entries(SHAPES))("counts a long text of %s", (_shape, make) => {
    expect(difference(make(4_000))).toBeUndefined();
  });

  it("counts a text that is longer than a window of pieces", () => {
    const text = "The harvest of barley — in every valley —\n rose by 12.5%.\n\n  水の中。穂が出る ";
    expect(difference(text.repeat(4_000))).toBeUndefined();
  });

  it("takes the beginning that tiktoken's first tokens make", () => {
    fc.assert(
      fc.property(anyText, fc.integer({ min: 0, max: 80 }), (text, max) => {
        const tokens = referenceTokens(text);
        const expected = tokens.length <= max ? text : referenceText(tokens.subarray(0, max));
        expect(takeTokens(text, max).toWellFormed()).toBe(expected.toWellFormed());
      }),
      { numRuns: 5_000, seed: SEED },
    );
  });
});

describe("a run without an end of a word", () => {
  it.each(["a", "水", "😀", " "])("is cut, at the cost of a token or two for each 4,096 units (%j)", (character) => {
    const text = character.repeat(10_000);
    expect(Math.abs(countTokens(text) - referenceTokens(text).length)).toBeLessThanOrEqual(2 * (text.length >> 12));
  });
});

/** Texts of the corpus by their paths; a text without an end of a line is cut, for tiktoken's time grows with its square. */
const readTexts = async (folder: string): Promise<[name: string, text: string][]> => {
  const names = readdirSync(join(CORPUS, folder), { recursive: true, encoding: "utf8" });
  const texts = names.filter((name) => /\.(?:md|txt|json|csv)$/.test(name)).map((name) => join(folder, name));
  return Promise.all(texts.map(async (name) => [name, (await readFile(join(CORPUS, name), "utf8")).slice(0, 400_000)]));
};

describe.skipIf(!existsSync(CORPUS))("the corpus of texts (CORPUS_DIR)", () => {
  test.each(["chunking", "sec-10-q", "squad2", "xquad"])("is counted as tiktoken counts it: %s", async (folder) => {
    const texts = await readTexts(folder);
    expect(texts.length).toBeGreaterThan(0);
    expect(texts.map(([name, text]) => ({ name, ...difference(text) })).filter(({ counted }) => counted)).toEqual([]);
  });
});
