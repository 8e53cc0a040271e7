import {
  createWSClient,
  httpBatchStreamLink,
  httpLink,
  retryLink,
  splitLink,
  TRPCClientError,
  TRPCUntypedClient,
  wsLink,
  type Operation,
  type TRPCLink,
  type TRPCWebSocketClient,
} from "@trpc/client";
// oxlint-disable-next-line no-restricted-imports -- what tRPC's links are written with
import { map, observable } from "@trpc/server/observable";
import { backoffMs } from "./backoff.ts";
import type { Events } from "./events.ts";
import { withFallback } from "./fallback.ts";
import type { DocuChatOptions } from "./options.ts";
import { sseLink } from "./sse.ts";
import { LIMITS } from "./tables.ts";
import type { TokenStore } from "./tokens.ts";
import { transformer, type BoundRouter } from "./trpc.ts";
import { onWake } from "./wake.ts";

type Parts = { tokens: TokenStore; events: Events };

export type Transport = {
  trpc: TRPCUntypedClient<BoundRouter>;
  headers: () => Promise<Record<string, string>>;
  /** Ends the socket and what it carries; the next subscription opens another. */
  close: () => Promise<void>;
};

const GIVE_UP_AFTER_MS = 30_000;
const IDLE_MS = 3_000;
const RETRIES = 3;
const CALL_RETRIES = 2;
const CLOSE_MS = 1_000;
/** Who subscribes again at once, as React does when it mounts twice, needs the connection that is being made. */
const LEAVE_MS = 50;
const NO_CONNECTION = "no connection";
const IDEMPOTENCY_KEY = "idempotencyKey";

/** Calls go over HTTP, in batches, with answers as they come; subscriptions share one WebSocket. */
export const connect = (options: DocuChatOptions, { tokens, events }: Parts): Transport => {
  const { tenant, tenantHeader = "X-Tenant-ID", onConnection, fetch } = options;
  // Without WebSockets, as in Node 20, subscriptions are server-sent events.
  const socket = options.WebSocket || "WebSocket" in globalThis ? openLazily(options, tokens) : undefined;
  let forget: (() => void) | undefined;
  socket?.connectionState.subscribe({
    next: ({ state: own }) => {
      const state = own === "pending" ? "open" : own;
      if (state === "open") forget ??= onWake(() => renew(socket));
      else {
        forget?.();
        forget = undefined;
      }
      events.tell("connection", state);
      onConnection?.(state);
    },
  });
  const headers = async (): Promise<Record<string, string>> => {
    const token = await tokens.get();
    return {
      ...(token === undefined ? {} : { authorization: `Bearer ${token}` }),
      ...(tenant === undefined ? {} : { [tenantHeader]: tenant }),
    };
  };
  const route = {
    url: `${options.url}/trpc`,
    transformer,
    // A long question in an address would be longer than servers and proxies take.
    methodOverride: "POST" as const,
    ...(fetch ? { fetch: (url: URL | RequestInfo, init?: object) => fetch(url, init) } : {}),
  };
  const sent = splitLink<BoundRouter>({
    condition: ({ context }) => IDEMPOTENCY_KEY in context,
    // The key stands in a header, so such a call has a request of its own.
    true: httpLink({
      ...route,
      headers: async ({ op }) => ({ ...(await headers()), "idempotency-key": String(op.context[IDEMPOTENCY_KEY]) }),
    }),
    false: httpBatchStreamLink({ ...route, headers, maxItems: LIMITS.callsPerBatch }),
  });
  const calls = [retryLink<BoundRouter>({ retry: mayBeSentAgain, retryDelayMs: backoffMs }), sent];
  const otherwise = sseLink({ url: options.url, headers, fetch });
  const subscriptions = [
    untracked,
    retryLink<BoundRouter>({ retry: isWorthRetrying, retryDelayMs: backoffMs }),
    givingUp(socket, options.giveUpAfterMs ?? GIVE_UP_AFTER_MS),
    socket
      ? withFallback({
          socket,
          overSocket: wsLink<BoundRouter>({ client: socket, transformer }),
          otherwise,
          onBlocked: () => void closeSocket(socket),
        })
      : otherwise,
  ];
  const links = [
    splitLink<BoundRouter>({ condition: ({ type }) => type === "subscription", true: subscriptions, false: calls }),
  ];
  return {
    trpc: new TRPCUntypedClient<BoundRouter>({ links }),
    headers,
    close: async () => socket && closeSocket(socket),
  };
};

const openLazily = ({ url, tenant, WebSocket }: DocuChatOptions, tokens: TokenStore): TRPCWebSocketClient =>
  createWSClient({
    url: `${url.replace(/^http/, "ws")}/trpc`,
    // Asked again at each reconnect, so that a renewed token is used.
    connectionParams: async () => {
      const token = await tokens.get();
      return { ...(token === undefined ? {} : { token }), ...(tenant === undefined ? {} : { tenant }) };
    },
    lazy: { enabled: true, closeMs: IDLE_MS },
    keepAlive: { enabled: true, intervalMs: 15_000, pongTimeoutMs: 5_000 },
    retryDelayMs: backoffMs,
    ...(WebSocket ? { WebSocket } : {}),
  });

/**
 * Moves to a new connection, each subscription behind its last event: after a sleep or a change of the network the old one
 * may be dead without a sign. The server asks for the same, by this very message, before it restarts.
 */
const renew = ({ connection }: TRPCWebSocketClient): void => {
  if (connection?.state !== "open" || typeof MessageEvent !== "function") return;
  connection.ws.dispatchEvent(new MessageEvent("message", { data: '{"id":null,"method":"reconnect"}' }));
};

/** One that is still connecting would be waited for as long as the network takes to give up. */
const closeSocket = async (socket: TRPCWebSocketClient): Promise<void> => {
  const closed = socket.close();
  socket.connection?.ws.close();
  let timer: ReturnType<typeof setTimeout> | undefined;
  const waited = new Promise<void>((resolve) => (timer = setTimeout(resolve, CLOSE_MS)));
  await Promise.race([closed, waited]).finally(() => clearTimeout(timer));
};

/**
 * A server that cannot serve for a moment, or a socket that closed as the subscription was sent; it goes on behind the last
 * event that came.
 */
const isWorthRetrying = ({ error, attempts }: { error: TRPCClientError<BoundRouter>; attempts: number }): boolean =>
  attempts <= RETRIES && (error.data ? error.data.reason === "SERVICE_UNAVAILABLE" : error.message !== NO_CONNECTION);

/** The connection broke before an answer came to a call that changes nothing, or has its key: it was on its way to a server that ended. */
const mayBeSentAgain = ({ op, error, attempts }: Attempt): boolean =>
  attempts <= CALL_RETRIES &&
  !error.data &&
  !op.signal?.aborted &&
  (op.type === "query" || IDEMPOTENCY_KEY in op.context);
type Attempt = { op: Operation; error: TRPCClientError<BoundRouter>; attempts: number };

/** Events with an id arrive as `{id, data}`: the links below resume by the id, above it is of no use. */
export const untracked: TRPCLink<BoundRouter> =
  () =>
  ({ op, next }) =>
    next(op).pipe(
      map((envelope) => {
        const { result } = envelope;
        if (!("data" in result) || !("id" in result) || result.id === undefined) return envelope;
        return { ...envelope, result: { ...result, data: (result.data as { data: unknown }).data } };
      }),
    );

/** Ends a subscription that has been without a connection for too long, and the search for one that nobody needs. */
const givingUp = (socket: TRPCWebSocketClient | undefined, afterMs: number): TRPCLink<BoundRouter> => {
  let waiting = 0;
  return () =>
    ({ op, next }) =>
      observable((observer) => {
        let timer: ReturnType<typeof setTimeout> | undefined;
        let lost: unknown;
        waiting += 1;
        const subscription = next(op).subscribe({
          ...observer,
          next: (envelope) => {
            const { result } = envelope;
            if (result.type === "state") {
              lost = result.error ?? lost;
              if (result.state === "connecting") timer ??= setTimeout(() => observer.error(unreachable(lost)), afterMs);
              else {
                clearTimeout(timer);
                timer = undefined;
              }
            }
            observer.next(envelope);
          },
        });
        return () => {
          clearTimeout(timer);
          subscription.unsubscribe();
          waiting -= 1;
          setTimeout(() => {
            if (waiting === 0 && socket?.connectionState.get().state === "connecting") void closeSocket(socket);
          }, LEAVE_MS);
        };
      });
};

const unreachable = (cause: unknown) =>
  new TRPCClientError<BoundRouter>(NO_CONNECTION, cause instanceof Error ? { cause } : {});
