import { randomUUID } from "node:crypto";
import type { IncomingMessage, OutgoingMessage } from "node:http";
import type { HttpBindings } from "@hono/node-server";
import { RequestId } from "../contract/ids.ts";
import type { App, Client, Connection, RequestContext } from "../context.ts";
import { newId } from "../id.ts";
import { clientAddress } from "./address.ts";
import { connectionOf } from "./connection.ts";

export const REQUEST_ID_HEADER = "x-request-id";
/** draft-ietf-httpapi-idempotency-key-header */
export const IDEMPOTENCY_HEADER = "idempotency-key";
const USER_AGENT_CHARS = 200;

/** What every route reads: node's own request and response. */
export type HttpEnv = { Bindings: HttpBindings };

/** The caller's id for the request where it is a sane one, else a new one. */
export const chooseRequestId = (incoming: IncomingMessage): string => {
  const own = RequestId.safeParse(incoming.headers[REQUEST_ID_HEADER]);
  return own.success ? own.data : randomUUID();
};

/** The id that was chosen when the request came in; the response carries it from the start. */
export const requestIdOf = (outgoing: OutgoingMessage): string => String(outgoing.getHeader(REQUEST_ID_HEADER) ?? "");

export const requestContext = (
  app: App,
  { incoming, outgoing }: HttpEnv["Bindings"],
): RequestContext & { connection: Connection } => ({
  app,
  requestId: requestIdOf(outgoing),
  client: clientOf(app, incoming),
  tenantSlug: toSlug(incoming.headers[app.config.tenantHeader]),
  accessToken: /^Bearer +(\S+)$/i.exec(incoming.headers.authorization ?? "")?.[1],
  idempotencyKey: [incoming.headers[IDEMPOTENCY_HEADER]].flat()[0],
  connection: connectionOf(app, outgoing),
});

type SocketClaims = {
  /** What the client sent as its first message; never from the URL, which proxies write to their logs. */
  connectionParams: Partial<Record<string, string>> | null;
  drained: () => Promise<void>;
};

/** One context serves every call of a socket. */
export const socketContext = (
  app: App,
  incoming: IncomingMessage,
  { connectionParams, drained }: SocketClaims,
): RequestContext => ({
  app,
  requestId: newId(),
  client: clientOf(app, incoming),
  tenantSlug: toSlug(connectionParams?.["tenant"]),
  accessToken: connectionParams?.["token"] || undefined,
  drained,
});

const clientOf = ({ config }: App, incoming: IncomingMessage): Client => ({
  address: clientAddress(incoming, config.trustedProxies),
  userAgent: incoming.headers["user-agent"]?.slice(0, USER_AGENT_CHARS) ?? null,
});

const toSlug = (value: string | string[] | undefined): string | undefined =>
  (typeof value === "string" ? value : value?.[0])?.trim().toLowerCase() || undefined;
