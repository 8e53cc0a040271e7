import type { WebSocket } from "ws";

/** Messages that a socket may send at once … */
const BURST = 200;
/** … and how many of them come back in a second. */
const PER_SECOND = 100;
const CLOSE_POLICY = 1008;
const FAREWELL_MS = 1_000;

/**
 * A token bucket for what a client sends, its pings included. A socket that has used it up is not read until there is
 * room again; one that has sent as much again in one piece is closed.
 */
export const keepPace = (ws: WebSocket): void => {
  let tokens = BURST;
  let at = performance.now();
  const refill = () => {
    const now = performance.now();
    tokens = Math.min(BURST, tokens + ((now - at) / 1_000) * PER_SECOND);
    at = now;
  };
  const readOn = () => {
    refill();
    if (tokens >= 1) ws.resume();
    else setTimeout(readOn, ((1 - tokens) / PER_SECOND) * 1_000);
  };
  const take = () => {
    refill();
    tokens -= 1;
    if (tokens < -BURST) return cut(ws);
    if (tokens > 0 || ws.isPaused) return;
    ws.pause();
    readOn();
  };
  ws.on("message", take).on("ping", take);
};

const cut = (ws: WebSocket): void => {
  if (ws.readyState !== ws.OPEN) return;
  ws.close(CLOSE_POLICY, "TOO_MANY_MESSAGES");
  setTimeout(() => ws.terminate(), FAREWELL_MS).unref();
};
