import { once } from "node:events";
import { WebSocket } from "ws";

/** An open socket that has sent its connection parameters, as tRPC's client does. */
export const openSocket = async (url: string, params: Record<string, string> | null): Promise<WebSocket> => {
  const ws = new WebSocket(`${url.replace(/^http/, "ws")}/trpc${params ? "?connectionParams=1" : ""}`);
  await once(ws, "open");
  if (params) ws.send(JSON.stringify({ method: "connectionParams", data: params }));
  return ws;
};

export type Heard = { id: unknown; result?: { type: string; data?: unknown }; error?: { json: { data: object } } };

/** Sends a message and waits for the first that `matches`. */
export const converse = async (ws: WebSocket, message: object, matches: (heard: Heard) => boolean): Promise<Heard> => {
  const { promise, resolve, reject } = Promise.withResolvers<Heard>();
  const listen = (data: Buffer) => {
    const heard = JSON.parse(data.toString()) as Heard;
    if (matches(heard)) resolve(heard);
  };
  const onClose = (code: number) => reject(new Error(`The socket closed with ${code}.`));
  ws.on("message", listen).on("close", onClose);
  ws.send(JSON.stringify(message));
  try {
    return await promise;
  } finally {
    ws.off("message", listen).off("close", onClose);
  }
};

/** Ends a subscription, and is back when the server has ended all of it. */
export const stop = (ws: WebSocket, id: number): Promise<Heard> =>
  converse(ws, { id, method: "subscription.stop" }, (heard) => heard.id === id && heard.result?.type === "stopped");

/** How it was closed. */
export const closeOf = async (ws: WebSocket): Promise<{ code: number; reason: string }> => {
  const [code, reason] = (await once(ws, "close")) as [number, Buffer];
  return { code, reason: reason.toString() };
};
