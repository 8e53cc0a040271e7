import type { Socket } from "node:net";
import { setTimeout as delay } from "node:timers/promises";
import type { WebSocket } from "ws";

/** Above this, whoever produces waits. */
const HIGH_WATER_BYTES = 256 * 1024;
/** Above this, somebody did not wait: the socket ends, and its client resumes by event id. */
const MAX_BUFFERED_BYTES = 1024 * 1024;
const STALLED_MS = 15_000;
const LOOK_MS = 20;

/** Waits while the client reads slower than the server writes. ws has no event for it. */
export const drained = async (ws: WebSocket): Promise<void> => {
  while (ws.readyState === ws.OPEN && ws.bufferedAmount > HIGH_WATER_BYTES) await delay(LOOK_MS);
};

/** Ends sockets whose clients do not read: call it every second or so with each of them and its connection. */
export const createStallGuard = (): ((ws: WebSocket, connection: Socket) => void) => {
  const progress = new WeakMap<WebSocket, { sent: number; since: number }>();
  return (ws, connection) => {
    const now = performance.now();
    const buffered = ws.bufferedAmount;
    const sent = connection.bytesWritten - buffered;
    const known = progress.get(ws);
    if (!known || buffered === 0 || sent > known.sent) progress.set(ws, { sent, since: now });
    else if (now - known.since > STALLED_MS) ws.terminate();
    if (buffered > MAX_BUFFERED_BYTES) ws.terminate();
  };
};
