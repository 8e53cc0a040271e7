import { disconnected, malformed } from "./failure.ts";

const MOST_LINE_CHARS = 1_000_000;

/**
 * The `data` lines of a stream of server-sent events (WHATWG HTML, 9.2), as far as language model vendors use them:
 * one line an event. Ends early, and quietly, when `signal` aborts; a broken connection is a `VendorFailure`.
 */
export async function* readEventData(body: ReadableStream<Uint8Array>, signal: AbortSignal): AsyncGenerator<string> {
  const reader = body.getReader();
  const cancel = () => void reader.cancel().catch(() => {});
  signal.addEventListener("abort", cancel, { once: true });
  const decoder = new TextDecoder();
  let rest = "";
  try {
    while (!signal.aborted) {
      const { done, value } = await reader.read().catch((error: unknown) => {
        throw disconnected(error);
      });
      const lines = (rest + decoder.decode(value, { stream: !done })).split(/\r\n|\n|\r/);
      rest = done ? "" : (lines.pop() ?? "");
      if (rest.length > MOST_LINE_CHARS) throw malformed("a line without end");
      for (const line of lines) {
        const data = line.startsWith("data:") ? line.slice(5).trim() : "";
        if (data && !signal.aborted) yield data;
      }
      if (done) return;
    }
  } finally {
    signal.removeEventListener("abort", cancel);
    cancel();
  }
}
