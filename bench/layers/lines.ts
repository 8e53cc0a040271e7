import { once } from "node:events";
import { WebSocket } from "ws";
import type { Place, User } from "./world.ts";

/** A socket to ask by, one question at a time. */
export type Line = {
  /** `hear` is told each piece of the answer, and its end as undefined. */
  ask(question: string, hear: (text: string | undefined) => void): void;
  close(): void;
};

type Event = { type: string; text?: string };

export const openOurs = async ({ url }: Place, { token }: User): Promise<Line> => {
  const ws = new WebSocket(`${url.replace(/^http/, "ws")}/trpc?connectionParams=1`, { perMessageDeflate: false });
  await once(ws, "open");
  ws.send(JSON.stringify({ method: "connectionParams", data: { token } }));
  // One that waits for its question is asked whether it lives, too.
  listen(
    ws,
    () => {},
    () => undefined,
  );
  let id = 0;
  return {
    ask: (question, hear) => {
      const own = ++id;
      listen(ws, hear, (text) => {
        type Told = { id: number; error?: unknown; result?: { data?: { json: { data: Event } } } };
        const told = JSON.parse(text) as Told;
        if (told.error) throw new Error(text);
        return told.id === own ? told.result?.data?.json.data : undefined;
      });
      ws.send(JSON.stringify({ id: own, method: "subscription", params: { path: "chat.ask", input: { question } } }));
    },
    close: () => ws.terminate(),
  };
};

export const openBare = async ({ url }: Place): Promise<Line> => {
  const ws = new WebSocket(url.replace(/^http/, "ws"), { perMessageDeflate: false });
  await once(ws, "open");
  return {
    ask: (question, hear) => {
      listen(ws, hear, (text) => JSON.parse(text) as Event);
      ws.send(question);
    },
    close: () => ws.terminate(),
  };
};

const listen = (ws: WebSocket, hear: (text: string | undefined) => void, read: (text: string) => Event | undefined) => {
  ws.removeAllListeners("message");
  ws.removeAllListeners("close");
  ws.on("close", () => hear(undefined));
  ws.on("message", (data: Buffer) => {
    const text = data.toString();
    // tRPC's own sign of life.
    if (text === "PING") return ws.send("PONG");
    const event = read(text);
    if (event?.type === "delta") hear(event.text ?? "");
    if (event?.type === "finished") hear(undefined);
  });
};
