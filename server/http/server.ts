import { once } from "node:events";
import { createServer, type IncomingMessage, type RequestListener, type Server, type ServerResponse } from "node:http";
import { setTimeout as delay } from "node:timers/promises";
import type { Duplex } from "node:stream";
import { getRequestListener } from "@hono/node-server";
import { findRereadProgress } from "../../db/index.ts";
import type { App } from "../context.ts";
import { ReasonError } from "../errors.ts";
import { READER_VERSION } from "../ingest/recipe.ts";
import { codeOf, explained, StartError } from "../start-error.ts";
import { chooseRequestId, REQUEST_ID_HEADER } from "./context.ts";
import { errorResponse } from "./errors.ts";
import { createMetrics } from "./metrics.ts";
import { stripUpgrade, underPrefix } from "./prefix.ts";
import { routes } from "./routes.ts";
import { createSockets } from "./upgrade.ts";

/** An upload of the largest file over a slow line still arrives in time. */
const REQUEST_MS = 300_000;
const HEADERS_MS = 20_000;
/** Longer than the minute that proxies keep an idle connection, so that they and not we end it. */
const KEEP_ALIVE_MS = 65_000;
/** Told to clients, which give up an idle connection before: shorter than a server that closes lingers. */
const KEEP_ALIVE_HINT = "timeout=3";
const REQUEST_DRAIN_MS = 5_000;

export type Http = {
  /** For the `request` event of a node:http server, this one or somebody else's. */
  listener: RequestListener;
  /** For its `upgrade` event. */
  upgrade: (request: IncomingMessage, connection: Duplex, head: Buffer) => void;
  /** Listens where the configuration says; port 0 there is any free one. */
  listen(): Promise<{ port: number; url: string }>;
  /**
   * Says in `/readyz` that it closes, and ends each connection with its next response. After `lingerMs` (default 0), in
   * which balancers learn of it and no connection in use is left, stops listening, sends socket clients elsewhere, waits
   * up to 5 s for requests in flight, and ends what is left. A server that `listener` was mounted in is its owner's to
   * close.
   */
  close(lingerMs?: number): Promise<void>;
};

export const createHttp = (app: App): Http => {
  const closing = new AbortController();
  const metrics = createMetrics();
  const sockets = createSockets(app, closing.signal);
  const hono = routes(app, {
    closing: closing.signal,
    metrics: async () => {
      const rereads = await findRereadProgress(app.db, READER_VERSION).catch(() => undefined);
      return metrics.text({ openSockets: sockets.count(), rereads });
    },
  });
  const prefix = app.config.publicUrl?.path ?? "";
  const handle = underPrefix(prefix, listenerOf(hono.fetch, app));
  const upgrade: Http["upgrade"] = (request, connection, head) => {
    stripUpgrade(request, prefix);
    sockets.upgrade(request, connection, head);
  };
  const listener: RequestListener = (incoming, outgoing) => {
    metrics.track(outgoing);
    prepare(incoming, outgoing);
    keepAlive(outgoing, !closing.signal.aborted);
    handle(incoming, outgoing);
  };
  const server = createNodeServer(listener, upgrade);
  let closed: Promise<void> | undefined;
  const shutDown = async (lingerMs: number) => {
    closing.abort();
    if (lingerMs > 0 && server.listening) await delay(lingerMs);
    const stopped = server.listening ? new Promise<void>((resolve) => server.close(() => resolve())) : undefined;
    sockets.announceRestart();
    await Promise.race([metrics.idle(), delay(REQUEST_DRAIN_MS, undefined, { ref: false })]);
    await sockets.close();
    server.closeAllConnections();
    await stopped;
    metrics.close();
  };
  return {
    listener,
    upgrade,
    listen: async () => {
      const listening = await explained(listen(server, app.config), (error) => explainListen(app.config, error));
      // Such as no file descriptor for one more connection: unheard, it would end the process.
      server.on("error", (error) => app.log.error("server", { error }));
      return listening;
    },
    close: (lingerMs = 0) => (closed ??= shutDown(lingerMs)),
  };
};

/** What every response carries, whoever writes it; a route may set its own value instead. */
const prepare = (incoming: IncomingMessage, outgoing: ServerResponse): void => {
  outgoing.setHeader(REQUEST_ID_HEADER, chooseRequestId(incoming));
  outgoing.setHeader("x-content-type-options", "nosniff");
  outgoing.setHeader("referrer-policy", "no-referrer");
  outgoing.setHeader("content-security-policy", "frame-ancestors 'none'");
  outgoing.setHeader("cache-control", "no-store");
};

const keepAlive = (outgoing: ServerResponse, keep: boolean): void => {
  if (!keep) return void outgoing.setHeader("connection", "close");
  // A client may have said that this is its last request.
  if (!outgoing.shouldKeepAlive) return;
  outgoing.setHeader("connection", "keep-alive");
  outgoing.setHeader("keep-alive", KEEP_ALIVE_HINT);
};

/** Hono on node:http. What fails before a route is found is an address that cannot be parsed. */
const listenerOf = (fetch: Parameters<typeof getRequestListener>[0], { log }: App) => {
  return (incoming: IncomingMessage, outgoing: ServerResponse): void => {
    const requestId = String(outgoing.getHeader(REQUEST_ID_HEADER));
    const listener = getRequestListener(fetch, {
      hostname: "localhost",
      errorHandler: () => errorResponse(new ReasonError("INVALID_INPUT"), requestId),
    });
    listener(incoming, outgoing).catch((error: unknown) => {
      log.error("response", { requestId, error });
      outgoing.destroy();
    });
  };
};

const createNodeServer = (listener: RequestListener, upgrade: Http["upgrade"]): Server => {
  const server = createServer({
    requestTimeout: REQUEST_MS,
    headersTimeout: HEADERS_MS,
    keepAliveTimeout: KEEP_ALIVE_MS,
    // Some clients offer HTTP/2 with every request; what is not a WebSocket is answered as if they had not.
    shouldUpgradeCallback: ({ headers }) => headers.upgrade?.toLowerCase() === "websocket",
  });
  server.on("request", listener).on("upgrade", upgrade);
  server.on("clientError", (_error, connection) => {
    if (!connection.writable) return connection.destroy();
    connection.end("HTTP/1.1 400 Bad Request\r\nConnection: close\r\nContent-Length: 0\r\n\r\n", () =>
      connection.destroy(),
    );
  });
  return server;
};

/** Why the address cannot be listened on, as a `StartError`. */
const explainListen = ({ host, port }: { host: string; port: number }, cause: unknown): unknown => {
  const code = codeOf(cause);
  if (code === "EADDRINUSE") {
    const problem = `another process listens on port ${port} of ${host}: stop it, or set PORT to another one`;
    return new StartError(`PORT: ${problem}.`, { exit: "unavailable", cause });
  }
  if (code === "EACCES") {
    const problem = `this user may not listen on port ${port}: set PORT to one above 1023`;
    return new StartError(`PORT: ${problem}.`, { exit: "config", cause });
  }
  if (!/^(EADDRNOTAVAIL|ENOTFOUND|EAI_AGAIN|EAFNOSUPPORT|EINVAL)$/.test(code)) return cause;
  const problem = `${host} is no address of this machine: set HOST to one, or to 0.0.0.0 for all of them`;
  return new StartError(`HOST: ${problem}.`, { exit: "config", cause });
};

const listen = async (server: Server, { host, port }: { host: string; port: number }) => {
  server.listen(port, host);
  await once(server, "listening");
  const address = server.address();
  const actual = typeof address === "object" && address ? address.port : port;
  const name = host === "0.0.0.0" || host === "::" ? "localhost" : host.includes(":") ? `[${host}]` : host;
  return { port: actual, url: `http://${name}:${actual}` };
};
