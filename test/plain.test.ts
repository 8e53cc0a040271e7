import { anything, assert, property, string } from "fast-check";
import { deserialize, serialize, type SuperJSONResult } from "superjson";
import { expect, test } from "vitest";
import { noteDates } from "../server/plain.ts";

/** Names that superjson refuses, whatever they hold. */
const REFUSED = ["__proto__", "constructor", "prototype"];

const sent = (value: unknown) => JSON.parse(JSON.stringify(value)) as SuperJSONResult;

test("what is noted is what superjson notes, and comes back as it was", () => {
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
      const noted = noteDates(value);
      if (!noted) return;
      const { json, meta } = sent(serialize(value));
      expect(sent(noted)).toEqual({ json, ...(meta?.values ? { meta: { values: meta.values, v: 1 } } : {}) });
      expect(deserialize(sent(noted))).toEqual(value);
    }),
    { numRuns: 3_000 },
  );
});

test.each([
  undefined,
  Number.NaN,
  -0,
  1n,
  new Date(),
  { at: new Date(Number.NaN) },
  new Map(),
  [undefined],
  { a: { b: new Set() } },
  () => 1,
])("%o is left to superjson", (value) => expect(noteDates(value)).toBeUndefined());

test("an event of an answer has nothing to note, a row its dates, by names of any kind", () => {
  for (const event of [
    { id: "a.1", data: { type: "delta", text: "word" } },
    { n: 1, boxes: [{ x: 0.5, y: null }], verified: true },
  ])
    expect(noteDates(event)).toEqual({ json: event });
  const rows = { items: [{ createdAt: new Date(0), "gpt-4.1": { "a\\b": new Date(1) } }] };
  const [{ json }, untouched] = [noteDates(rows) ?? {}, structuredClone(rows)];
  expect(json).toEqual(JSON.parse(JSON.stringify(rows)));
  expect(rows).toEqual(untouched);
  expect(noteDates(rows)).toMatchObject({
    meta: { values: { "items.0.createdAt": ["Date"], "items.0.gpt-4\\.1.a\\\\b": ["Date"] }, v: 1 },
  });
  expect(deserialize(sent(noteDates(rows)))).toEqual(rows);
});
