import { expect, test } from "vitest";
import { createFairQueue } from "../../db/fair-queue.ts";
import { isUnavailable } from "../../db/unavailable.ts";

type Queue = ReturnType<typeof createFairQueue>;

/** Work that goes on until it is let go, and notes that it has begun. */
const hold = (inTurn: Queue, begun: string[], name: string) => {
  const { promise, resolve } = Promise.withResolvers<void>();
  const done = inTurn(name.slice(0, 1), () => {
    begun.push(name);
    return promise;
  });
  return { done, letGo: resolve };
};

test("a tenant that asks for much delays another by a turn, not by all it asks for", async () => {
  const inTurn = createFairQueue({ atOnce: 1 });
  const begun: string[] = [];
  const held = ["a1", "a2", "a3", "a4", "b1", "c1", "b2"].map((name) => hold(inTurn, begun, name));
  for (const { letGo } of held) letGo();
  await Promise.all(held.map(({ done }) => done));
  expect(begun).toEqual(["a1", "a2", "b1", "c1", "a3", "b2", "a4"]);
});

test("so many are let through at once, and one that fails makes room as well", async () => {
  const inTurn = createFairQueue({ atOnce: 2 });
  const begun: string[] = [];
  const first = hold(inTurn, begun, "a1");
  const failing = inTurn("a", () => Promise.reject(new Error("on purpose")));
  const third = hold(inTurn, begun, "a2");
  expect(begun).toEqual(["a1"]);
  await expect(failing).rejects.toThrow("on purpose");
  third.letGo();
  await third.done;
  expect(begun).toEqual(["a1", "a2"]);
  first.letGo();
  await first.done;
});

test("who has waited too long fails as for a database that does not answer, and is not served later", async () => {
  const inTurn = createFairQueue({ atOnce: 1, waitMs: 20 });
  const begun: string[] = [];
  const first = hold(inTurn, begun, "a1");
  const late = [hold(inTurn, begun, "a2"), hold(inTurn, begun, "b1")];
  for (const { done } of late) {
    const error = await done.catch((failure: unknown) => failure);
    expect(isUnavailable(error)).toBe(true);
  }
  first.letGo();
  await first.done;
  const next = hold(inTurn, begun, "b2");
  next.letGo();
  await next.done;
  expect(begun).toEqual(["a1", "b2"]);
});
