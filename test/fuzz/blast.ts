import { connect, type Socket } from "node:net";
import { frame } from "./frames.ts";
import { RIGHT_UPGRADE } from "./requests.ts";

const AT_ONCE = 64;
const SOCKET_TIMEOUT_MS = 250;

type Target = { url: string };

/** One of many addresses of this machine, as limits by address would otherwise be all that is tried. */
const open = (url: string, turn: number): Socket => {
  const { hostname, port } = new URL(url);
  const socket = connect({ port: Number(port), host: hostname, localAddress: `127.0.1.${1 + (turn % 100)}` });
  socket.on("error", () => {});
  return socket;
};

/** Sends these bytes over a connection of its own, and leaves when there is an answer or none is to be had. */
const sayOnce = ({ url }: Target, bytes: Buffer, turn: number): Promise<string> => {
  const { promise, resolve } = Promise.withResolvers<string>();
  const socket = open(url, turn);
  let heard = "";
  socket.setTimeout(SOCKET_TIMEOUT_MS, () => socket.resetAndDestroy());
  socket.once("data", (data: Buffer) => {
    heard = data.toString("latin1", 0, 200);
    socket.resetAndDestroy();
  });
  socket.once("close", () => resolve(heard));
  socket.end(bytes);
  return promise;
};

/** Runs `work` so many times, many at once; `turn` counts from 0. */
export const times = async (count: number, work: (turn: number) => Promise<void>): Promise<void> => {
  let turn = 0;
  const lane = async () => {
    while (turn < count) await work(turn++);
  };
  await Promise.all(Array.from({ length: Math.min(AT_ONCE, count) }, lane));
};

/** Sends each of these over a connection of its own; returns how often each status was answered. */
export const blast = async (target: Target, count: number, make: () => Buffer): Promise<Map<string, number>> => {
  const statuses = new Map<string, number>();
  await times(count, async (turn) => {
    const heard = await sayOnce(target, make(), turn);
    const status = /^HTTP\/1\.1 (\d{3})/.exec(heard)?.[1] ?? "none";
    statuses.set(status, (statuses.get(status) ?? 0) + 1);
  });
  return statuses;
};

const LAST_ID = 777;
const LAST_CALL = frame(Buffer.from(JSON.stringify({ id: LAST_ID, method: "query", params: { path: "auth.me" } })));

/**
 * Opens a WebSocket, sends frames on it, and once a call behind them is answered, so that they have been heard, one
 * that ends it; is back when it has ended.
 */
export const sendFrames = (target: Target, frames: Buffer, breaking: Buffer, turn: number): Promise<void> => {
  const { promise, resolve } = Promise.withResolvers<void>();
  const socket = open(target.url, turn);
  let heard = "";
  socket.setTimeout(10 * SOCKET_TIMEOUT_MS, () => socket.resetAndDestroy());
  socket.once("data", () => socket.write(Buffer.concat([frames, LAST_CALL])));
  socket.on("data", (data: Buffer) => {
    heard = heard.slice(-20) + data.toString("latin1");
    if (heard.includes(`"id":${LAST_ID},`)) socket.write(breaking);
  });
  socket.once("end", () => socket.resetAndDestroy());
  socket.once("close", () => resolve());
  socket.write(RIGHT_UPGRADE);
  return promise;
};
