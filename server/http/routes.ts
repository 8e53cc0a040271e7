import { TRPCError } from "@trpc/server";
import { Hono } from "hono";
import { cors } from "hono/cors";
import type { App } from "../context.ts";
import { ReasonError } from "../errors.ts";
import { logFailure } from "../log-failure.ts";
import { consoleAsset } from "./console.ts";
import { IDEMPOTENCY_HEADER, REQUEST_ID_HEADER, requestIdOf, type HttpEnv } from "./context.ts";
import { errorResponse, reasonOf } from "./errors.ts";
import { docsRoutes } from "./docs.ts";
import { healthRoutes } from "./health.ts";
import { home } from "./home.ts";
import { restRoutes, ROUTES } from "./rest.ts";
import { TRPC_PATH, trpcHandler } from "./trpc.ts";

type Options = { closing: AbortSignal; metrics: () => Promise<string> };

/** The whole of HTTP. What a route throws becomes the contract's error body here. */
export const routes = (app: App, { closing, metrics }: Options): Hono<HttpEnv> => {
  const hono = new Hono<HttpEnv>();
  if (app.config.corsOrigins.length > 0) hono.use(allowOrigins(app));
  hono.notFound((c) => errorResponse(new ReasonError("NOT_FOUND"), requestIdOf(c.env.outgoing)));
  hono.onError((error, c) => {
    const known = reasonOf(error);
    const requestId = requestIdOf(c.env.outgoing);
    const path = `${c.req.method} ${c.req.routePath}`;
    // What a procedure threw is in the log already.
    if (error instanceof TRPCError) return errorResponse(known, requestId);
    logFailure(app.log, "request", { requestId, path, failure: known });
    return errorResponse(known, requestId);
  });
  return hono
    .get("/", home(app))
    .get("/assets/*", consoleAsset)
    .route("/", healthRoutes(app, { closing, metrics }))
    .route("/", docsRoutes(app, ROUTES))
    .all(`${TRPC_PATH}/*`, trpcHandler(app, closing))
    .route("/v1", restRoutes(app, closing));
};

/** Exact origins. No credentials: the token comes in a header, never in a cookie. */
const allowOrigins = ({ config }: App) =>
  cors({
    origin: config.corsOrigins.includes("*") ? "*" : config.corsOrigins,
    allowMethods: ["GET", "POST", "DELETE"],
    allowHeaders: [
      "Authorization",
      "Content-Type",
      "Last-Event-ID",
      "trpc-accept",
      REQUEST_ID_HEADER,
      IDEMPOTENCY_HEADER,
      config.tenantHeader,
    ],
    exposeHeaders: [REQUEST_ID_HEADER, "Retry-After", "Content-Disposition"],
    credentials: false,
    maxAge: 600,
  });
