import type { IncomingMessage } from "node:http";
import { Socket } from "node:net";
import type { Duplex } from "node:stream";
import { WebSocketServer, type WebSocket } from "ws";
import { LIMITS } from "../contract/limits.ts";
import type { App, SignedIn } from "../context.ts";
import { clientAddress } from "./address.ts";
import { createStallGuard } from "./flow.ts";
import { PacedSocket } from "./pace.ts";
import { CLOSE_UNAUTHORIZED, serveSocket } from "./socket.ts";
import { TRPC_PATH } from "./trpc.ts";

/** Sockets of one address that have not signed in; many people may share an address once they have. */
const STRANGERS_PER_ADDRESS = 100;
const STALL_LOOK_MS = 1_000;
const FAREWELL_MS = 1_000;
const CLOSE_POLICY = 1008;
const CLOSE_RESTART = 1012;

type Peer = { connection: Socket; address: string; isSignedIn: boolean };

export type Sockets = {
  /** For node:http's `upgrade` event. Never throws; what it refuses is answered and closed. */
  upgrade: (request: IncomingMessage, connection: Duplex, head: Buffer) => void;
  count(): number;
  /** Asks clients to connect anew, which they do beside the open socket. */
  announceRestart(): void;
  /** Closes every socket with 1012, and cuts those that do not answer. */
  close(): Promise<void>;
};

/** The guarded WebSocket: ws and tRPC's own listener alone end the process at the first malformed upgrade. */
export const createSockets = (app: App, closing: AbortSignal): Sockets => {
  const wss = new WebSocketServer({
    noServer: true,
    maxPayload: LIMITS.frameBytes,
    perMessageDeflate: false,
    WebSocket: PacedSocket,
  });
  const peers = new Map<WebSocket, Peer>();
  const accept = (ws: WebSocket, request: IncomingMessage, peer: Peer) => {
    // Before anything else: one bad frame ends a process that does not listen. ws closes the socket by itself.
    ws.on("error", () => {});
    ws.once("close", () => peers.delete(ws));
    peers.set(ws, peer);
    const onSignedIn = (signedIn: SignedIn) => {
      peer.isSignedIn = true;
      if (ws.readyState === ws.CLOSED) return;
      const release = app.connections.add(signedIn, (why) => void end(ws, CLOSE_UNAUTHORIZED, why));
      if (release) ws.once("close", release);
      else ws.close(CLOSE_POLICY, "TOO_MANY_SOCKETS");
    };
    serveSocket(app, ws, { wss, request, onSignedIn });
  };

  const upgrade: Sockets["upgrade"] = (request, connection, head) => {
    connection.on("error", () => connection.destroy());
    if (!(connection instanceof Socket)) return void connection.destroy();
    const peer: Peer = { connection, address: clientAddress(request, app.config.trustedProxies), isSignedIn: false };
    const unknown = peers.values().filter(({ address, isSignedIn }) => !isSignedIn && address === peer.address);
    const strangers = unknown.toArray().length;
    const status = closing.aborted ? 503 : strangers >= STRANGERS_PER_ADDRESS ? 429 : refusal(request, app);
    if (status !== undefined) return refuse(connection, status);
    try {
      wss.handleUpgrade(request, connection, head, (ws) => accept(ws, request, peer));
    } catch (error) {
      app.log.error("upgrade", { error });
      connection.destroy();
    }
  };

  const stopWatching = endStalled(peers);
  return {
    upgrade,
    count: () => peers.size,
    announceRestart: () => {
      for (const ws of peers.keys()) ws.send(JSON.stringify({ id: null, method: "reconnect" }));
    },
    close: async () => {
      stopWatching();
      await Promise.all([...peers.keys()].map((ws) => end(ws, CLOSE_RESTART)));
    },
  };
};

/** Ends sockets whose clients do not read. */
const endStalled = (peers: Map<WebSocket, Peer>): (() => void) => {
  const guard = createStallGuard();
  const watch = setInterval(() => {
    for (const [ws, { connection }] of peers) guard(ws, connection);
  }, STALL_LOOK_MS);
  watch.unref();
  return () => clearInterval(watch);
};

/** The status to refuse with; undefined for an upgrade to let through. */
const refusal = ({ url, headers, method }: IncomingMessage, { config }: App): number | undefined => {
  // The very address that tRPC will parse, where a failure would be nobody's to catch.
  const target = URL.parse(url ?? "", `http://${headers.host ?? "localhost"}`);
  if (!target || method !== "GET") return 400;
  if (target.pathname !== TRPC_PATH) return 404;
  const { origin, host } = headers;
  // No origin: not a browser. Cross-site pages have no token to send, yet have no business here either.
  const isListed = (listed: string) => config.corsOrigins.includes(listed);
  const known = origin === undefined || isListed("*") || isListed(origin) || origin === config.publicUrl?.origin;
  return known || (host !== undefined && URL.parse(origin)?.host === host.toLowerCase()) ? undefined : 403;
};

const refuse = (connection: Socket, status: number): void => {
  connection.end(`HTTP/1.1 ${status} Refused\r\nConnection: close\r\nContent-Length: 0\r\n\r\n`, () =>
    connection.destroy(),
  );
};

/** Closes a socket, and cuts it where its client does not answer. */
const end = async (ws: WebSocket, code: number, reason?: string): Promise<void> => {
  const { promise: closed, resolve } = Promise.withResolvers<void>();
  ws.once("close", resolve);
  const timer = setTimeout(() => ws.terminate(), FAREWELL_MS);
  ws.close(code, reason);
  await closed;
  clearTimeout(timer);
};
