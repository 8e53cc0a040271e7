import { setImmediate as nextTurn } from "node:timers/promises";
import { expect, test } from "vitest";
import { atLeisure } from "../server/turns.ts";

const STEPS = 4;
const STEP_MS = 2;

const keepBusy = (ms: number): void => {
  for (const end = performance.now() + ms; performance.now() < end;);
};

/** Work of several turns, noting when it begins and ends. */
const work = async (name: string, noted: string[]): Promise<void> => {
  await atLeisure(name.slice(0, 1));
  noted.push(`${name} begins`);
  for (let step = 0; step < STEPS; step++) {
    keepBusy(STEP_MS);
    await nextTurn();
  }
  noted.push(`${name} ends`);
};

test("of work that comes in one moment the first is done before the last begins", async () => {
  const noted: string[] = [];
  const names = Array.from({ length: 10 }, (_, index) => `a${index}`);
  await Promise.all(names.map((name) => work(name, noted)));
  expect(noted.indexOf("a0 ends")).toBeLessThan(noted.indexOf("a5 begins"));
  expect(noted.filter((note) => note.endsWith("begins"))).toEqual(names.map((name) => `${name} begins`));
});

test("tenants begin in turn", async () => {
  const noted: string[] = [];
  await Promise.all(["a0", "a1", "a2", "a3", "b0"].map((name) => work(name, noted)));
  const begun = noted.filter((note) => note.endsWith("begins"));
  expect(begun.slice(0, 3)).toEqual(["a0 begins", "a1 begins", "b0 begins"]);
});

test("a thread that is never idle takes one after the other all the same", async () => {
  const over = new AbortController();
  const busy = async () => {
    while (!over.signal.aborted) {
      keepBusy(STEP_MS);
      await nextTurn();
    }
  };
  const running = busy();
  const begun: number[] = [];
  await Promise.all([1, 2, 3].map((n) => atLeisure("a").then(() => begun.push(n))));
  expect(begun).toEqual([1, 2, 3]);
  over.abort();
  await running;
});
