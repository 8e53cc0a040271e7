import { afterEach, expect, onTestFinished, test, vi } from "vitest";
import { eventStream, type SentEvent } from "../../server/http/sse.ts";

afterEach(() => void vi.useRealTimers());

const PING_MS = 15_000;

const readerOf = (events: AsyncGenerator<SentEvent>) => {
  const reader = eventStream(events).body?.getReader();
  if (!reader) throw new Error("a stream has a body");
  onTestFinished(() => reader.cancel());
  const read = async () => new TextDecoder().decode((await reader.read()).value);
  return { reader, read };
};

test("an event is its id, where it has one, its name and one line of data", async () => {
  const { reader, read } = readerOf(
    (async function* () {
      yield { id: "7", event: "delta", data: { text: "two\nlines" } };
      yield { event: "end", data: null };
    })(),
  );
  expect(await read()).toBe('id: 7\nevent: delta\ndata: {"text":"two\\nlines"}\n\n');
  expect(await read()).toBe("event: end\ndata: null\n\n");
  expect((await reader.read()).done).toBe(true);
});

test("a quiet stream is kept open by comments as long as they are read; who leaves ends the events", async () => {
  vi.useFakeTimers();
  let ended = false;
  const quiet = Promise.withResolvers<void>();
  const { reader, read } = readerOf(
    (async function* () {
      try {
        yield { event: "started", data: 1 };
        await quiet.promise;
      } finally {
        ended = true;
      }
    })(),
  );
  expect(await read()).toContain("started");
  vi.advanceTimersByTime(3 * PING_MS);
  expect(await read()).toBe(": ping\n\n");
  const next = read();
  vi.advanceTimersByTime(PING_MS);
  expect(await next).toBe(": ping\n\n");
  quiet.resolve();
  await reader.cancel();
  expect(ended).toBe(true);
});
