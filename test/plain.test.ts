import { anything, assert, property, string } from "fast-check";
import { serialize } from "superjson";
import { expect, test } from "vitest";
import { isPlain } from "../server/plain.ts";

/** Names that superjson refuses, whatever they hold. */
const REFUSED = ["__proto__", "constructor", "prototype"];

test("a value that is called plain comes back from JSON as it was, and superjson notes nothing of it", () => {
  const values = anything({
    key: string().filter((name) => !REFUSED.includes(name)),
    withDate: true,
    withMap: true,
    withSet: true,
    withBigInt: true,
    withSparseArray: false,
  });
  assert(
    property(values, (value) => {
      if (!isPlain(value)) return;
      expect(JSON.parse(JSON.stringify(value))).toEqual(value);
      expect(serialize(value).meta?.values).toBeUndefined();
    }),
    { numRuns: 2_000 },
  );
});

test.each([undefined, Number.NaN, -0, 1n, new Date(), new Map(), [undefined], { a: { b: new Date() } }, () => 1])(
  "%o is not plain",
  (value) => expect(isPlain(value)).toBe(false),
);

test("an event of an answer is plain", () => {
  expect(isPlain({ id: "a.1", data: { type: "delta", text: "word" } })).toBe(true);
  expect(isPlain({ n: 1, boxes: [{ x: 0.5, y: null }], verified: true })).toBe(true);
});
