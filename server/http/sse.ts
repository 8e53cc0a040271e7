const PING_MS = 15_000;
const encoder = new TextEncoder();

export type SentEvent = { id?: string; event: string; data: unknown };

/**
 * Server-sent events (WHATWG HTML, section 9.2) as fast as the client reads them. A comment in every 15 s keeps
 * proxies from taking a quiet stream for a dead one. When the client leaves, `events` is ended.
 */
export const eventStream = (events: AsyncGenerator<SentEvent>): Response => {
  let ping: NodeJS.Timeout | undefined;
  const body = new ReadableStream<Uint8Array>({
    start: (controller) => {
      ping = setInterval(() => {
        if ((controller.desiredSize ?? 0) > 0) controller.enqueue(encoder.encode(": ping\n\n"));
      }, PING_MS);
    },
    pull: async (controller) => {
      const next = await events.next();
      if (!next.done) return controller.enqueue(encoder.encode(frame(next.value)));
      clearInterval(ping);
      controller.close();
    },
    cancel: async () => {
      clearInterval(ping);
      await events.return(undefined);
    },
  });
  return new Response(body, {
    headers: {
      "content-type": "text/event-stream; charset=utf-8",
      "cache-control": "no-store, no-transform",
      "x-accel-buffering": "no",
    },
  });
};

/** JSON has no line breaks of its own, so that the data is always one line. */
const frame = ({ id, event, data }: SentEvent): string =>
  `${id === undefined ? "" : `id: ${id}\n`}event: ${event}\ndata: ${JSON.stringify(data)}\n\n`;
