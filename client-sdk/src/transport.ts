import {
  createWSClient,
  httpBatchStreamLink,
  retryLink,
  splitLink,
  TRPCClientError,
  TRPCUntypedClient,
  wsLink,
  type TRPCLink,
  type TRPCWebSocketClient,
} from "@trpc/client";
// oxlint-disable-next-line no-restricted-imports -- what tRPC's links are written with
import { map, observable } from "@trpc/server/observable";
import type { DocuChatOptions } from "./options.ts";
import { LIMITS } from "./schemas.ts";
import type { TokenStore } from "./tokens.ts";
import { transformer, type AppRouter } from "./trpc.ts";

export type Transport = {
  trpc: TRPCUntypedClient<AppRouter>;
  headers: () => Promise<Record<string, string>>;
  /** Ends the socket and what it carries; the next subscription opens another. */
  close: () => Promise<void>;
};

const GIVE_UP_AFTER_MS = 30_000;
const IDLE_MS = 3_000;
const RETRIES = 3;
const CLOSE_MS = 1_000;

/** Calls go over HTTP, in batches, with answers as they come; subscriptions share one WebSocket. */
export const connect = (options: DocuChatOptions, tokens: TokenStore): Transport => {
  const { tenant, tenantHeader = "X-Tenant-ID", onConnection, fetch } = options;
  const socket = openLazily(options, tokens);
  socket.connectionState.subscribe({
    next: ({ state }) => onConnection?.(state === "pending" ? "open" : state),
  });
  const headers = async (): Promise<Record<string, string>> => {
    const token = await tokens.get();
    return {
      ...(token === undefined ? {} : { authorization: `Bearer ${token}` }),
      ...(tenant === undefined ? {} : { [tenantHeader]: tenant }),
    };
  };
  const calls = httpBatchStreamLink<AppRouter>({
    url: `${options.url}/trpc`,
    headers,
    transformer,
    maxItems: LIMITS.callsPerBatch,
    // A long question in an address would be longer than servers and proxies take.
    methodOverride: "POST",
    ...(fetch ? { fetch: (url, init) => fetch(url, init as RequestInit) } : {}),
  });
  const subscriptions = [
    untracked,
    retryLink<AppRouter>({ retry: isWorthRetrying, retryDelayMs: backoffMs }),
    givingUp(socket, options.giveUpAfterMs ?? GIVE_UP_AFTER_MS),
    wsLink<AppRouter>({ client: socket, transformer }),
  ];
  const links = [
    splitLink<AppRouter>({ condition: ({ type }) => type === "subscription", true: subscriptions, false: calls }),
  ];
  return { trpc: new TRPCUntypedClient<AppRouter>({ links }), headers, close: () => closeSocket(socket) };
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

/** One that is still connecting would be waited for as long as the network takes to give up. */
const closeSocket = async (socket: TRPCWebSocketClient): Promise<void> => {
  const closed = socket.close();
  socket.connection?.ws.close();
  let timer: ReturnType<typeof setTimeout> | undefined;
  const waited = new Promise<void>((resolve) => (timer = setTimeout(resolve, CLOSE_MS)));
  await Promise.race([closed, waited]).finally(() => clearTimeout(timer));
};

/** Exponential with full jitter, so that clients do not come back all at once after a restart. */
const backoffMs = (attempt: number): number => Math.random() * Math.min(10_000, 250 * 2 ** attempt);

/** A server that cannot serve for a moment; a subscription goes on behind the last event that came. */
const isWorthRetrying = ({ error, attempts }: { error: TRPCClientError<AppRouter>; attempts: number }): boolean =>
  error.data?.reason === "SERVICE_UNAVAILABLE" && attempts <= RETRIES;

/** Events with an id arrive as `{id, data}`: the links below resume by the id, above it is of no use. */
export const untracked: TRPCLink<AppRouter> =
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
const givingUp = (socket: TRPCWebSocketClient, afterMs: number): TRPCLink<AppRouter> => {
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
          if (waiting === 0 && socket.connectionState.get().state === "connecting") void closeSocket(socket);
        };
      });
};

const unreachable = (cause: unknown) =>
  new TRPCClientError<AppRouter>("no connection", cause instanceof Error ? { cause } : {});
