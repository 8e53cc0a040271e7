import { describe, expect, test } from "vitest";
import { newId } from "../../server/id.ts";
import { closeOf, converse, openSocket } from "../http/socket.ts";
import { eventsOf, textOf } from "../support/chat.ts";
import { cleanUp } from "../support/clean-up.ts";
import { startOpenAiServer } from "../support/openai-server.ts";
import { needsServices, startCluster } from "./cluster.ts";
import { askAt, call, take } from "./http.ts";

const WORDS = Array.from({ length: 60 }, (_, index) => `word${index}`).join(" ");

const LONG = Array(10).fill(WORDS).join(" ");

const startTwo = async () => {
  const vendor = await startOpenAiServer({ answer: () => WORDS, deltaDelayMs: 40 });
  cleanUp(() => vendor.close());
  const { webs, signInWithDocument } = await startCluster({
    webs: 2,
    workers: 0,
    env: { OPENAI_BASE_URL: vendor.baseUrl },
  });
  const [a, b] = webs;
  if (!a || !b) throw new Error("two were started");
  return { a, b, vendor, signIn: (email: string) => signInWithDocument("acme", email) };
};

const newQuestion = () => ({ question: "Which words are there?", requestId: newId() });
const deltas = (count: number) => (got: Awaited<ReturnType<typeof take>>) => eventsOf(got, "delta").length >= count;

const two = needsServices ? undefined : await startTwo();
const processes = () => {
  if (!two) throw new Error("there are no services");
  return two;
};

describe.skipIf(needsServices)("two web processes (needs DATABASE_URL and REDIS_URL)", () => {
  const stored = async (token: string, started: { conversationId: string } | undefined) => {
    type Stored = { items: { text: string; outcome: string }[] };
    const { items } = await call<Stored>(processes().b.url, token, "chat.messages", {
      conversationId: started?.conversationId,
    });
    return items[1];
  };

  test("an answer that began on one is read on the other, from the middle or whole", async () => {
    const { a, b } = processes();
    const token = await processes().signIn("reader@example.org");
    const ask = newQuestion();
    const left = await take(askAt(a.url, token, ask), deltas(10));
    const [rest, whole] = await Promise.all([
      take(askAt(b.url, token, ask, left.at(-1)?.id)),
      take(askAt(b.url, token, ask)),
    ]);
    expect([...left, ...rest]).toEqual(whole);
    expect(textOf(whole)).toBe(WORDS);
    expect(await stored(token, eventsOf(whole, "started")[0])).toMatchObject({ text: WORDS, outcome: "answered" });
  });

  test("an answer that began on one is cancelled from the other, and what was told is what is stored", async () => {
    const { a, b, vendor } = processes();
    // So long that no machine is too slow to cancel it.
    vendor.script.answer = () => LONG;
    const token = await processes().signIn("canceller@example.org");
    const ask = newQuestion();
    const reading = take(askAt(a.url, token, ask));
    const [started] = eventsOf(await take(askAt(b.url, token, ask), deltas(5)), "started");
    await call(b.url, token, "chat.cancel", { messageId: started?.messageId });
    const got = await reading;
    expect(eventsOf(got, "finished")).toMatchObject([{ outcome: "cancelled" }]);
    expect(textOf(got).length).toBeLessThan(LONG.length);
    expect(await stored(token, started)).toMatchObject({ text: textOf(got), outcome: "cancelled" });
  });

  test("signing out on one closes the sockets on the other within 5 seconds", async () => {
    const { a, b } = processes();
    const token = await processes().signIn("leaver@example.org");
    const ws = await openSocket(b.url, { token });
    await converse(ws, { id: 1, method: "query", params: { path: "auth.me", input: {} } }, ({ id }) => id === 1);
    const start = performance.now();
    const closed = closeOf(ws);
    await call(a.url, token, "auth.signOut");
    expect(await closed).toEqual({ code: 4401, reason: "SESSION_REVOKED" });
    expect(performance.now() - start).toBeLessThan(5_000);
    await expect(call(b.url, token, "auth.me")).rejects.toThrow("SESSION_REVOKED");
  });

  // The last one: it leaves one process.
  test("when its process is killed, an answer ends for readers elsewhere within 10 seconds, with what is stored", async () => {
    const { a, b, vendor } = processes();
    vendor.script.answer = () => LONG;
    const token = await processes().signIn("survivor@example.org");
    const ask = newQuestion();
    // The process that is asked first writes the answer.
    await take(askAt(a.url, token, ask), deltas(1));
    const reading = take(askAt(b.url, token, ask));
    await take(askAt(a.url, token, ask), deltas(30));
    await a.kill("SIGKILL");
    const start = performance.now();
    const got = await reading;
    // Ten seconds on a machine that has nothing else to do.
    expect(performance.now() - start).toBeLessThan(20_000);
    expect(eventsOf(got, "finished")).toMatchObject([{ outcome: "interrupted" }]);
    const message = await stored(token, eventsOf(got, "started")[0]);
    expect(message).toMatchObject({ text: textOf(got), outcome: "interrupted" });
    expect(LONG.startsWith(message?.text ?? "-")).toBe(true);
    expect(message?.text).not.toBe("");
  });
});
