import { readFileSync } from "node:fs";
import { expect, test } from "vitest";

type Removal = { control: string; file: string; from: string; test: string; name: string };
const read = (path: string): string => readFileSync(new URL(`../${path}`, import.meta.url), "utf8");
const removals = JSON.parse(read("scripts/controls.json")) as Removal[];

test("what `npm run test:controls` takes out stands once in its file, and the test that is to notice is there", () => {
  const moved = removals.filter(({ file, from }) => read(file).split(from).length !== 2);
  expect(moved.map(({ control }) => control)).toEqual([]);
  const gone = removals.filter((removal) => !read(removal.test).includes(removal.name));
  expect(gone.map(({ control }) => control)).toEqual([]);
});
