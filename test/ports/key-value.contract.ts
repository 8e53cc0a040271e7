import { setTimeout as sleep } from "node:timers/promises";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { newId } from "../../server/id.ts";
import type { KeyValue, LimitRule, LogEntry } from "../../server/key-value/key-value.ts";

/** What every implementation of the port does. `open` gives a fresh view of one and the same store. */
export const keyValueContract = (open: () => Promise<KeyValue>) => {
  let keyValue: KeyValue;
  beforeAll(async () => {
    keyValue = await open();
  });
  afterAll(() => keyValue.close());

  it("answers a ping", async () => {
    await expect(keyValue.ping()).resolves.toBeUndefined();
  });
  describe("limits", () => limits(() => keyValue));
  describe("challenges", () => challenges(() => keyValue));
  describe("logs", () => logs(() => keyValue));
  describe("following a log", () => following(() => keyValue));
  describe("leases", () => leases(() => keyValue));
  describe("channels", () => channels(() => keyValue));
};

type Get = () => KeyValue;

const rule = (points: number, windowMs = 60_000): LimitRule => ({ name: newId(), points, windowMs });

const limits = (get: Get) => {
  it("gives back a point that was taken, and no more than were taken", async () => {
    const two = rule(2);
    for (let call = 0; call < 2; call += 1) await get().consume(two, "a");
    await get().giveBack(two, "a");
    expect((await get().consume(two, "a")).allowed).toBe(true);
    expect((await get().consume(two, "a")).allowed).toBe(false);
    for (let call = 0; call < 5; call += 1) await get().giveBack(two, "a");
    await get().giveBack(two, "never taken");
    for (const key of ["a", "never taken"])
      expect(await get().consume(two, key, 2)).toMatchObject({ allowed: true, remaining: 0 });
  });

  it("allows a rule's points and tells what remains", async () => {
    const three = rule(3);
    const results = [];
    for (let call = 0; call < 4; call += 1) results.push(await get().consume(three, "a"));
    expect(results.map(({ allowed, remaining }) => [allowed, remaining])).toEqual([
      [true, 2],
      [true, 1],
      [true, 0],
      [false, 0],
    ]);
  });

  it("says when a refused call may come again, and an allowed one has nothing to wait for", async () => {
    const one = rule(1, 30_000);
    expect((await get().consume(one, "a")).retryAfterMs).toBe(0);
    const { retryAfterMs } = await get().consume(one, "a");
    expect(retryAfterMs).toBeGreaterThan(0);
    expect(retryAfterMs).toBeLessThanOrEqual(30_000);
  });

  it("gives the points back when the window is over", async () => {
    const one = rule(1, 1_000);
    await get().consume(one, "a");
    const { allowed, retryAfterMs } = await get().consume(one, "a");
    expect(allowed).toBe(false);
    await sleep(retryAfterMs + 50);
    expect((await get().consume(one, "a")).allowed).toBe(true);
  });

  it("counts each key and each rule apart", async () => {
    const [one, other] = [rule(1), rule(1)];
    await get().consume(one, "a");
    expect((await get().consume(one, "a")).allowed).toBe(false);
    expect((await get().consume(one, "b")).allowed).toBe(true);
    expect((await get().consume(other, "a")).allowed).toBe(true);
  });

  it("takes nothing in a refused call", async () => {
    const ten = rule(10);
    await get().consume(ten, "a", 8);
    expect(await get().consume(ten, "a", 5)).toMatchObject({ allowed: false, remaining: 2 });
    expect(await get().consume(ten, "a", 2)).toMatchObject({ allowed: true, remaining: 0 });
  });

  it("refuses more than a whole allowance, and takes nothing", async () => {
    const two = rule(2, 5_000);
    expect(await get().consume(two, "a", 3)).toEqual({ allowed: false, remaining: 2, retryAfterMs: 5_000 });
    expect((await get().consume(two, "a", 2)).allowed).toBe(true);
  });

  it("lets exactly the allowed number through when many calls come at once", async () => {
    const seven = rule(7);
    const results = await Promise.all(Array.from({ length: 50 }, () => get().consume(seven, "a")));
    expect(results.filter(({ allowed }) => allowed)).toHaveLength(7);
  });

  it("lets a small call through beside a large refused one", async () => {
    const ten = rule(10);
    await get().consume(ten, "a", 8);
    const [large, small] = await Promise.all([get().consume(ten, "a", 5), get().consume(ten, "a", 2)]);
    expect([large?.allowed, small?.allowed]).toEqual([false, true]);
  });

  it("keeps rules and keys apart that are asked for at once, each with its own allowance and window", async () => {
    const [one, two] = [rule(1, 50_000), rule(2, 120_000)];
    const consumed = [
      get().consume(one, "a"),
      get().consume(two, "a"),
      get().consume(one, "a"),
      get().consume(one, "b"),
    ];
    const results = await Promise.all([...consumed, get().consume(two, "a", 2)]);
    expect(results.map(({ allowed, remaining }) => [allowed, remaining])).toEqual([
      [true, 0],
      [true, 1],
      [false, 0],
      [true, 0],
      [false, 1],
    ]);
    const [first = 0, last = 0] = [results[2], results[4]].map((result) => result?.retryAfterMs);
    expect(first).toBeGreaterThan(0);
    expect(first).toBeLessThanOrEqual(50_000);
    expect(last).toBeGreaterThan(50_000);
    expect(last).toBeLessThanOrEqual(120_000);
  });
};

const challenges = (get: Get) => {
  const put = async (attempts = 5, ttlMs = 60_000): Promise<string> => {
    const id = newId();
    await get().putChallenge(id, { codeHash: "right", value: `value of ${id}`, attempts, ttlMs });
    return id;
  };

  it("gives the value for the right code", async () => {
    const id = await put();
    expect(await get().attemptChallenge(id, "right")).toEqual({ result: "matched", value: `value of ${id}` });
  });

  it("gives the value only once", async () => {
    const id = await put();
    await get().attemptChallenge(id, "right");
    expect(await get().attemptChallenge(id, "right")).toEqual({ result: "missing" });
  });

  it("matches exactly one of 20 parallel right attempts", async () => {
    const id = await put(50);
    const results = await Promise.all(Array.from({ length: 20 }, () => get().attemptChallenge(id, "right")));
    expect(results.filter(({ result }) => result === "matched")).toHaveLength(1);
  });

  it("counts wrong attempts down, and then refuses the right code too", async () => {
    const id = await put(3);
    const results = [];
    for (const hash of ["a", "b", "c", "right"]) results.push(await get().attemptChallenge(id, hash));
    expect(results).toEqual([
      { result: "wrong", attemptsLeft: 2 },
      { result: "wrong", attemptsLeft: 1 },
      { result: "wrong", attemptsLeft: 0 },
      { result: "exhausted" },
    ]);
  });

  it("counts attempts before comparing: of 20 parallel wrong ones no more than allowed are compared", async () => {
    const id = await put(5);
    const results = await Promise.all(Array.from({ length: 20 }, (_, n) => get().attemptChallenge(id, `wrong ${n}`)));
    expect(results.filter(({ result }) => result === "wrong")).toHaveLength(5);
    expect(results.filter(({ result }) => result === "exhausted")).toHaveLength(15);
  });

  it("takes the right code at the last attempt", async () => {
    const id = await put(2);
    await get().attemptChallenge(id, "wrong");
    expect((await get().attemptChallenge(id, "right")).result).toBe("matched");
  });

  it("forgets a challenge when its time is over", async () => {
    const id = await put(5, 50);
    await sleep(100);
    expect(await get().attemptChallenge(id, "right")).toEqual({ result: "missing" });
  });

  it("knows nothing of a challenge that never was", async () => {
    expect(await get().attemptChallenge(newId(), "right")).toEqual({ result: "missing" });
  });

  it("shows what was put and the attempts left, and a look is no attempt", async () => {
    const id = await put(3);
    const value = `value of ${id}`;
    for (let looks = 0; looks < 5; looks += 1)
      expect(await get().peekChallenge(id)).toEqual({ value, attemptsLeft: 3 });
    await get().attemptChallenge(id, "wrong");
    expect(await get().peekChallenge(id)).toEqual({ value, attemptsLeft: 2 });
    await get().attemptChallenge(id, "right");
    expect(await get().peekChallenge(id)).toBeUndefined();
    expect(await get().peekChallenge(newId())).toBeUndefined();
  });

  it("shows nothing of a challenge whose time is over", async () => {
    const id = await put(5, 50);
    await sleep(100);
    expect(await get().peekChallenge(id)).toBeUndefined();
  });

  it("puts a new challenge in the place of an old one", async () => {
    const id = await put(1);
    await get().attemptChallenge(id, "wrong");
    await get().putChallenge(id, { codeHash: "new", value: "new", attempts: 1, ttlMs: 60_000 });
    expect(await get().attemptChallenge(id, "new")).toEqual({ result: "matched", value: "new" });
  });
};

const entry = (id: number): LogEntry => ({ id, value: `entry ${id}: \n"ü" سلام` });
const entries = (from: number, to: number): LogEntry[] =>
  Array.from({ length: to - from + 1 }, (_, index) => entry(from + index));

const write = async (keyValue: KeyValue, log: string, from: number, to: number) => {
  for (const one of entries(from, to)) await keyValue.append(log, one, 60_000);
};

/** Takes `count` entries and leaves. */
const take = async (keyValue: KeyValue, log: string, afterId: number, count: number): Promise<LogEntry[]> => {
  const taken: LogEntry[] = [];
  for await (const one of keyValue.read(log, afterId, new AbortController().signal)) {
    taken.push(one);
    if (taken.length === count) break;
  }
  return taken;
};

const logs = (get: Get) => {
  it("replays what is there, in order and whole", async () => {
    const log = newId();
    await write(get(), log, 1, 5);
    expect(await take(get(), log, 0, 5)).toEqual(entries(1, 5));
  });

  it("resumes after any entry", async () => {
    const log = newId();
    await write(get(), log, 1, 6);
    for (const afterId of [1, 3, 5])
      expect(await take(get(), log, afterId, 6 - afterId)).toEqual(entries(afterId + 1, 6));
  });

  it("replays a long log", async () => {
    const log = newId();
    await Promise.all(entries(1, 2_500).map((one) => get().append(log, one, 60_000)));
    expect(await take(get(), log, 0, 2_500)).toEqual(entries(1, 2_500));
  });

  it("leaves turns of the event loop to others while a late reader is told much", async () => {
    const log = newId();
    await Promise.all(entries(1, 200).map((one) => get().append(log, one, 60_000)));
    let turns = 0;
    let reading = true;
    const count = () => {
      turns += 1;
      if (reading) setImmediate(count);
    };
    setImmediate(count);
    let told = 0;
    for await (const _ of get().read(log, 0, new AbortController().signal)) {
      for (const end = performance.now() + 0.2; performance.now() < end;);
      if (++told === 200) break;
    }
    reading = false;
    expect(turns).toBeGreaterThan(4);
  });

  it("keeps at least its newest 10,000 entries, and shows by the first id that older ones are gone", async () => {
    const log = newId();
    for (let id = 1; id <= 25_000; id += 1_000)
      await Promise.all(Array.from({ length: 1_000 }, (_, n) => get().append(log, { id: id + n, value: "x" }, 60_000)));
    const [first] = await take(get(), log, 0, 1);
    expect(first?.id).toBeGreaterThan(1);
    expect(first?.id).toBeLessThanOrEqual(15_001);
    expect((await take(get(), log, 24_998, 2)).map(({ id }) => id)).toEqual([24_999, 25_000]);
  });

  it("leaves an entry alone that is appended again", async () => {
    const log = newId();
    await write(get(), log, 1, 2);
    await get().append(log, { id: 2, value: "another" }, 60_000);
    await write(get(), log, 3, 3);
    expect(await take(get(), log, 0, 3)).toEqual(entries(1, 3));
  });

  it("ends a reading of a log that does not exist at once", async () => {
    expect(await take(get(), newId(), 0, 1)).toEqual([]);
  });

  it("forgets a log when its time after the last entry is over", async () => {
    const log = newId();
    await get().append(log, entry(1), 200);
    await sleep(100);
    await get().append(log, entry(2), 200);
    await sleep(120);
    expect(await take(get(), log, 0, 2)).toEqual(entries(1, 2));
    await sleep(120);
    expect(await take(get(), log, 0, 1)).toEqual([]);
  });

  it("has nothing left of a dropped log", async () => {
    const log = newId();
    await write(get(), log, 1, 3);
    await get().dropLog(log);
    expect(await take(get(), log, 0, 1)).toEqual([]);
  });

  it("gives a reader that waits for nothing more all that is there", async () => {
    const log = newId();
    await write(get(), log, 1, 600);
    const read: LogEntry[] = [];
    for await (const one of get().read(log, 0, AbortSignal.abort())) read.push(one);
    expect(read).toEqual(entries(1, 600));
    const leave = new AbortController();
    for await (const one of get().read(log, 0, leave.signal)) {
      if (one.id > 1) read.push(one);
      if (one.id === 1) await write(get(), log, 601, 700);
      if (one.id === 1) leave.abort();
    }
    expect(read.slice(600)).toEqual(entries(2, 700));
  });
};

const following = (get: Get) => {
  it("hands on new entries as they come", async () => {
    const log = newId();
    await write(get(), log, 1, 1);
    const reading = take(get(), log, 0, 50);
    for (const one of entries(2, 50)) {
      await get().append(log, one, 60_000);
      if (one.id % 10 === 0) await sleep(5);
    }
    expect(await reading).toEqual(entries(1, 50));
  });

  it("loses nothing between replay and new entries, from any id on, with many readers of many logs", async () => {
    const names = [newId(), newId(), newId()];
    await Promise.all(names.map((log) => write(get(), log, 1, 40)));
    const readings = names.flatMap((log) =>
      Array.from({ length: 10 }, async (_, n) => {
        await sleep(n * 3);
        return take(get(), log, n * 4, 300 - n * 4);
      }),
    );
    await Promise.all(names.map((log) => write(get(), log, 41, 300)));
    const read = await Promise.all(readings);
    expect(read).toEqual(names.flatMap(() => Array.from({ length: 10 }, (_, n) => entries(n * 4 + 1, 300))));
  });

  it("ends quietly and soon when its reader leaves while nothing comes", async () => {
    const log = newId();
    await write(get(), log, 1, 1);
    const leave = new AbortController();
    const read: LogEntry[] = [];
    const reading = (async () => {
      for await (const one of get().read(log, 0, leave.signal)) read.push(one);
    })();
    await expect.poll(() => read.length).toBe(1);
    const left = performance.now();
    leave.abort(new Error("gone"));
    await reading;
    expect(performance.now() - left).toBeLessThan(250);
  });

  it("waits for a slow reader and then gives it everything", async () => {
    const log = newId();
    await write(get(), log, 1, 1);
    const leave = new AbortController();
    const ids: number[] = [];
    for await (const { id } of get().read(log, 0, leave.signal)) {
      ids.push(id);
      if (id === 1) await Promise.all(entries(2, 1_500).map((one) => get().append(log, one, 60_000)));
      if (id === 1_500) leave.abort();
    }
    expect(ids).toEqual(Array.from({ length: 1_500 }, (_, n) => n + 1));
  });

  it("goes on over ids that the writer left out", async () => {
    const log = newId();
    await write(get(), log, 1, 1);
    const reading = take(get(), log, 0, 3);
    await sleep(50);
    await get().append(log, entry(3), 60_000);
    await get().append(log, entry(7), 60_000);
    expect((await reading).map(({ id }) => id)).toEqual([1, 3, 7]);
  });

  it("ends when the log is dropped", async () => {
    const log = newId();
    await write(get(), log, 1, 2);
    const reading = take(get(), log, 0, 10);
    await sleep(50);
    await get().dropLog(log);
    expect(await reading).toEqual(entries(1, 2));
  });

  it("ends within seconds after the log has expired", async () => {
    const log = newId();
    await get().append(log, entry(1), 200);
    expect(await take(get(), log, 0, 10)).toEqual([entry(1)]);
  });

  it("lets go of its signal when the reader breaks off", async () => {
    const log = newId();
    await write(get(), log, 1, 2);
    const { signal } = new AbortController();
    let listeners = 0;
    const add = signal.addEventListener.bind(signal);
    const remove = signal.removeEventListener.bind(signal);
    signal.addEventListener = (...args: Parameters<typeof add>) => ((listeners += 1), add(...args));
    signal.removeEventListener = (...args: Parameters<typeof remove>) => ((listeners -= 1), remove(...args));
    for await (const one of get().read(log, 0, signal)) if (one.id === 2) break;
    expect(listeners).toBe(0);
  });
};

const leases = (get: Get) => {
  it("names the one holder to twenty who take a free lease at once", async () => {
    const lease = newId();
    const holders = Array.from({ length: 20 }, () => newId());
    const named = await Promise.all(holders.map((holder) => get().holdOnce(lease, holder, 60_000)));
    expect(new Set(named).size).toBe(1);
    expect(holders).toContain(named[0]);
    expect(await get().holdOnce(lease, newId(), 60_000)).toBe(named[0]);
    await get().release(lease, named[0] ?? "");
    expect(await get().holdOnce(lease, "next", 60_000)).toBe("next");
  });

  it("does not renew a lease that is taken once", async () => {
    const lease = newId();
    await get().holdOnce(lease, "first", 2_000);
    expect(await get().holdOnce(lease, "first", 60_000)).toBe("first");
    while ((await get().holdOnce(lease, "second", 60_000)) === "first") await sleep(100);
  });

  it("belongs to the first holder until it is released", async () => {
    const lease = newId();
    expect(await get().hold(lease, "a", 60_000)).toBe(true);
    expect(await get().hold(lease, "b", 60_000)).toBe(false);
    await get().release(lease, "a");
    expect(await get().hold(lease, "b", 60_000)).toBe(true);
  });

  it("is renewed by its holder, for the time of the renewal", async () => {
    const lease = newId();
    await get().hold(lease, "a", 150);
    expect(await get().hold(lease, "a", 60_000)).toBe(true);
    await sleep(200);
    expect(await get().hold(lease, "b", 60_000)).toBe(false);
  });

  it("is free again when its time is over", async () => {
    const lease = newId();
    await get().hold(lease, "a", 50);
    expect(await get().isHeld(lease)).toBe(true);
    await sleep(100);
    expect(await get().isHeld(lease)).toBe(false);
    expect(await get().hold(lease, "b", 60_000)).toBe(true);
  });

  it("is released by its holder alone", async () => {
    const lease = newId();
    await get().hold(lease, "a", 60_000);
    await get().release(lease, "b");
    expect(await get().isHeld(lease)).toBe(true);
  });

  it("has one holder when many want it at once", async () => {
    const lease = newId();
    const held = await Promise.all(Array.from({ length: 20 }, (_, n) => get().hold(lease, `holder ${n}`, 60_000)));
    expect(held.filter(Boolean)).toHaveLength(1);
  });
};

const channels = (get: Get) => {
  it("carries messages in order to everyone who listens now", async () => {
    const channel = newId();
    const heard: [string[], string[]] = [[], []];
    await get().publish(channel, "before anyone listens");
    await get().subscribe(channel, (message) => heard[0].push(message));
    await get().subscribe(channel, (message) => heard[1].push(message));
    for (const message of ["one", "two", "three"]) await get().publish(channel, message);
    await expect
      .poll(() => heard)
      .toEqual([
        ["one", "two", "three"],
        ["one", "two", "three"],
      ]);
  });

  it("keeps channels apart", async () => {
    const [channel, other] = [newId(), newId()];
    const heard: string[] = [];
    await get().subscribe(channel, (message) => heard.push(message));
    await get().publish(other, "not for here");
    await get().publish(channel, "for here");
    await expect.poll(() => heard).toEqual(["for here"]);
  });

  it("says nothing more to a listener that has left, and goes on with the others", async () => {
    const channel = newId();
    const heard: string[] = [];
    const leave = await get().subscribe(channel, () => heard.push("first"));
    await get().subscribe(channel, () => heard.push("second"));
    await leave();
    await leave();
    await get().publish(channel, "message");
    await expect.poll(() => heard).toEqual(["second"]);
  });

  it("can be listened to again after the last listener has left", async () => {
    const channel = newId();
    const heard: string[] = [];
    const listener = (message: string) => heard.push(message);
    const leave = await get().subscribe(channel, listener);
    const [, stay] = await Promise.all([leave(), get().subscribe(channel, listener)]);
    await get().publish(channel, "message");
    await expect.poll(() => heard).toEqual(["message"]);
    await stay();
  });
};
