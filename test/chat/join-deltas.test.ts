import { setImmediate as nextTurn, setTimeout as sleep } from "node:timers/promises";
import { expect, test } from "vitest";
import { joinDeltas, pauseAmong } from "../../server/chat/join-deltas.ts";
import type { ChatPart } from "../../server/model/model.ts";

const END: ChatPart = { type: "end", promptTokens: 1, completionTokens: 2, estimated: false };
const delta = (text: string): ChatPart => ({ type: "delta", text });

/** Words that come one in a turn, or where `together`, all in one. */
async function* say(words: string[], { together = false, onLeave = () => {} } = {}): AsyncGenerator<ChatPart> {
  try {
    for (const word of words) {
      if (!together) await nextTurn();
      yield delta(word);
    }
    yield END;
  } finally {
    onLeave();
  }
}

test("a word that comes by itself is told by itself", async () => {
  expect(await Array.fromAsync(joinDeltas(say(["a", "b", "c"])))).toEqual([delta("a"), delta("b"), delta("c"), END]);
});

test("words that wait together are told together, and the end behind them", async () => {
  const told = await Array.fromAsync(joinDeltas(say(["a", "b", "c"], { together: true })));
  expect(told).toEqual([delta("abc"), END]);
});

test("while it pauses it reads one part at most, and loses none", async () => {
  let said = 0;
  async function* talk(): AsyncGenerator<ChatPart> {
    for (; said < 20; said++) {
      await nextTurn();
      yield delta(`${said} `);
    }
    yield END;
  }
  const reads: number[] = [];
  const pause = async () => {
    const before = said;
    await sleep(20);
    reads.push(said - before);
  };
  const told = await Array.fromAsync(joinDeltas(talk(), pause));
  // Meanwhile one more is asked for, and no other.
  expect(Math.max(...reads)).toBeLessThanOrEqual(1);
  expect(told.at(-1)).toEqual(END);
  expect(told.map((part) => (part.type === "delta" ? part.text : "")).join("")).toBe(
    Array.from({ length: 20 }, (_, n) => `${n} `).join(""),
  );
});

test("the more answers there are, the longer it pauses, and an abort ends that", async () => {
  const ended: string[] = [];
  const paused = async (name: string, count: number, signal = new AbortController().signal) => {
    await pauseAmong(() => count, signal)();
    ended.push(name);
  };
  await Promise.all([paused("many", 400), paused("few", 1), paused("many, aborted", 400, AbortSignal.timeout(100))]);
  expect(ended).toEqual(["few", "many, aborted", "many"]);
});

test("what fails is thrown behind the words that came before", async () => {
  async function* fail(): AsyncGenerator<ChatPart> {
    yield delta("a");
    yield delta("b");
    throw new Error("cut");
  }
  const told: ChatPart[] = [];
  await expect(async () => {
    for await (const part of joinDeltas(fail())) told.push(part);
  }).rejects.toThrow("cut");
  expect(told).toEqual([delta("ab")]);
});

test("whoever leaves early ends what tells, too", async () => {
  let left = false;
  for await (const part of joinDeltas(say(["a", "b", "c"], { onLeave: () => (left = true) }))) {
    expect(part).toEqual(delta("a"));
    break;
  }
  await expect.poll(() => left).toBe(true);
});
